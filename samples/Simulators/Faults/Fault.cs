using System.Text.Json.Serialization;

namespace Simulators.Faults;

/// <summary>A fault that is in force. <c>When</c> is 'before' (nothing was done) or 'after' (done, but the answer is lost).</summary>
internal sealed record Fault(double LatencyMs, double JitterMs, double FailureRate, int Status, bool Hang, bool Down, string When)
{
    public const string Before = "before";
    public const string After = "after";

    public static readonly Fault None = new(0, 0, 0, StatusCodes.Status503ServiceUnavailable, Hang: false, Down: false, Before);

    [JsonIgnore]
    public TimeSpan Latency => TimeSpan.FromMilliseconds(LatencyMs);

    [JsonIgnore]
    public TimeSpan Jitter => TimeSpan.FromMilliseconds(JitterMs);
}
