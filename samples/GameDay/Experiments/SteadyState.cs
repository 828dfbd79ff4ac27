using System.Globalization;
using GameDay.Checks;
using GameDay.History;

namespace GameDay.Experiments;

/// <summary>Whether the system is well. If it is not before the fault, whatever happens afterwards proves nothing.</summary>
internal static class SteadyState
{
    public static CheckResult Check(string name, HistoryWindow window, SteadyStateSpec spec, double rate, TimeSpan length, int waiting)
    {
        var expected = rate * length.TotalSeconds;
        var held = waiting == 0
            && window.Total >= spec.SentShare * expected && window.Succeeded >= spec.SuccessShare * window.Total
            && !(window.LatencyMs.P99 > spec.P99?.TotalMilliseconds);
        return new CheckResult(
            name,
            held,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{window.Succeeded} of {window.Total} requests succeeded ({expected:0} were due), p99 {window.LatencyMs.P99:0.0} ms{(waiting == 0 ? "" : $", {waiting} still wait")}"));
    }
}
