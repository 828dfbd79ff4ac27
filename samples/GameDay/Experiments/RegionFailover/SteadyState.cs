using System.Globalization;
using GameDay.Checks;
using GameDay.History;

namespace GameDay.Experiments.RegionFailover;

/// <summary>Whether the system was well before the fault. If not, whatever happens afterwards proves nothing.</summary>
internal static class SteadyState
{
    // Below this, the machine did not even manage to send the load.
    private const double MinShareOfRate = 0.8;

    public static CheckResult Check(HistoryWindow control, double rate, TimeSpan length)
    {
        var expected = rate * length.TotalSeconds;
        var held = control.Total >= MinShareOfRate * expected && control.Succeeded == control.Total;
        return new CheckResult(
            "steady state before the fault",
            held,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{control.Succeeded} of {control.Total} requests succeeded ({expected:0} were due), p99 {control.LatencyMs.P99:0.0} ms"));
    }
}
