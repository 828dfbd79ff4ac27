using System.Text.Json;

namespace Resilience.AspNetCore.Operations.Changes;

/// <summary>What somebody changed, or tried to.</summary>
/// <param name="At">When it was answered.</param>
/// <param name="Action">What: <c>approve</c>, <c>withdraw</c>, <c>hold</c>, <c>release</c> or <c>roll-back</c>.</param>
/// <param name="Dependency">Of which database.</param>
/// <param name="Region">Of which region, when it is about one.</param>
/// <param name="Principal">Who was authenticated.</param>
/// <param name="Status">The HTTP status that was answered: 204 when it was done, 202 when the other replicas have yet to be told.</param>
internal sealed record OperatorChange(DateTimeOffset At, string Action, string Dependency, string? Region, string Principal, int Status)
{
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("at", At);
        json.WriteString("action", Action);
        json.WriteString("dependency", Dependency);
        json.WriteString("region", Region);
        json.WriteString("principal", Principal);
        json.WriteNumber("status", Status);
        json.WriteEndObject();
    }
}
