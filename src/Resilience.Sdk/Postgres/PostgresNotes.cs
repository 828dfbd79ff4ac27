using System.Text.Json.Serialization;

namespace Resilience.Postgres;

/// <summary>The form of what is kept of a database across restarts.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(TermFile))]
[JsonSerializable(typeof(HoldNote))]
internal sealed partial class PostgresNotes : JsonSerializerContext;
