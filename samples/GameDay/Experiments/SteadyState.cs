using System.Globalization;
using GameDay.Checks;
using GameDay.History;
using GameDay.Load;
using GameDay.Terminal;
using GameDay.Timing;

namespace GameDay.Experiments;

/// <summary>Whether the system is well. If it is not before the fault, whatever happens afterwards proves nothing.</summary>
internal sealed class SteadyState(SteadyStateSpec spec, double rate, OperationHistory history, PaymentClient client, RunClock clock, RunStatus status)
{
    private const int WindowsBefore = 4;
    private static readonly TimeSpan WindowAfter = TimeSpan.FromSeconds(2);

    // A request that waits longer is not that of a steady system, however it ends.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1.5);

    /// <summary>Looks at windows until one is steady; a slow machine gets more than one.</summary>
    /// <returns>When the last one began, and how it was.</returns>
    public async Task<(TimeSpan From, CheckResult Check)> BeforeAsync(TimeSpan length, CancellationToken ct)
    {
        for (var window = 1; ; window++)
        {
            var from = clock.Now;
            var check = await LookAsync("steady state before the fault", from, length, ct);
            if (check.Held || window == WindowsBefore)
            {
                return (from, check);
            }
        }
    }

    /// <summary>Looks at windows until one is steady or the system has had its time.</summary>
    public async Task<CheckResult> AfterAsync(CancellationToken ct)
    {
        var until = clock.Now + spec.RecoversWithin;
        while (true)
        {
            var check = await LookAsync("steady state after the fault", clock.Now, WindowAfter, ct);
            if (check.Held || clock.Now >= until)
            {
                return check;
            }
        }
    }

    private async Task<CheckResult> LookAsync(string name, TimeSpan from, TimeSpan length, CancellationToken ct)
    {
        await clock.WaitUntilAsync(from + length, ct);
        var window = HistoryWindow.Of(name, history.EndedSince(from).Where(o => o.IntendedAt >= from));
        var waiting = client.WaitingSince(from + length - LongestWait);
        var expected = rate * length.TotalSeconds;
        var held = waiting == 0
            && window.Total >= spec.SentShare * expected
            && window.Succeeded >= spec.SuccessShare * window.Total
            && !(window.LatencyMs.P99 > spec.P99?.TotalMilliseconds);
        var check = new CheckResult(
            name,
            held,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{window.Succeeded} of {window.Total} requests succeeded ({expected:0} were due), p99 {window.LatencyMs.P99:0.0} ms{(waiting == 0 ? "" : $", {waiting} still wait")}"));
        status.Tell($"{(held ? "steady" : "not steady")}: {check.Detail}");
        return check;
    }
}
