using System.Text.Json;

namespace GameDay.Deployment;

/// <summary>What the service itself recorded about a failover, in UTC.</summary>
internal sealed record FailoverMoments(
    string From,
    string To,
    string Reason,
    DateTimeOffset FirstSignAt,
    DateTimeOffset DetectedAt,
    DateTimeOffset? PromotionSeenAt,
    DateTimeOffset ValidatedAt,
    DateTimeOffset DecidedAt,
    DateTimeOffset SwitchedAt,
    DateTimeOffset? FirstSuccessAt)
{
    public static FailoverMoments Parse(JsonElement failover)
    {
        return new FailoverMoments(
            failover.GetProperty("from").GetString()!,
            failover.GetProperty("to").GetString()!,
            failover.GetProperty("reason").GetString()!,
            Moment("firstSignAt")!.Value,
            Moment("detectedAt")!.Value,
            Moment("promotionSeenAt"),
            Moment("validatedAt")!.Value,
            Moment("decidedAt")!.Value,
            Moment("switchedAt")!.Value,
            Moment("firstSuccessAt"));

        DateTimeOffset? Moment(string name) =>
            failover.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetDateTimeOffset() : null;
    }
}
