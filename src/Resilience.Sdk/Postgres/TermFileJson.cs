using System.Text.Json.Serialization;

namespace Resilience.Postgres;

/// <summary>The form of the file of <see cref="TermMemory"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(TermFile))]
internal sealed partial class TermFileJson : JsonSerializerContext;
