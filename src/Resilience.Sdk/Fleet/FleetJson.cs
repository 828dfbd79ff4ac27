using System.Text.Json.Serialization;

namespace Resilience.Fleet;

/// <summary>The form of what replicas leave for each other. Unknown members are ignored: another version may write more.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DatabaseRecord))]
[JsonSerializable(typeof(ReplicaNote))]
internal sealed partial class FleetJson : JsonSerializerContext;
