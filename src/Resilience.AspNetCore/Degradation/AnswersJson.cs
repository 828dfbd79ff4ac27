using System.Text.Json;
using System.Text.Json.Serialization;

namespace Resilience.AspNetCore.Degradation;

/// <summary>Writes answers without reflection.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(QueuedAnswer))]
internal sealed partial class AnswersJson : JsonSerializerContext;
