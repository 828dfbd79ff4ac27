using System.Globalization;
using GameDay.Objectives;

namespace GameDay.Reporting;

/// <summary>Compares what was measured with the objectives and explains the difference.</summary>
internal static class ObjectiveResults
{
    public const string Unexplained = "unexplained";

    private const int Digits = 6;

    /// <summary>Below this, phases and their sum differ by rounding only.</summary>
    private const double Negligible = 0.0005;

    /// <param name="system">The system of the business impact analysis that the experiment stands for, whose objectives are judged too.</param>
    public static IReadOnlyList<ObjectiveResult> Of(RecoveryTime rto, RecoveryPoint rpo, BusinessSystem? system = null)
    {
        var results = new List<ObjectiveResult> { Rto(rto, "experiment", rto.TargetSeconds), Rpo(rpo, "experiment", rpo.TargetSeconds) };
        if (system is not null)
        {
            results.Add(Rto(rto, system.Name, system.Rto.TotalSeconds));
            results.Add(Rpo(rpo, system.Name, system.Rpo.TotalSeconds));
        }

        return results;
    }

    private static ObjectiveResult Rto(RecoveryTime rto, string setBy, double target)
    {
        if (rto.ActualSeconds is not { } actual)
        {
            return new("rto", setBy, target, null, null, "No recovery was recorded, so there is nothing to compare.");
        }

        var phases = Shares(rto, actual, target);
        var outcome = actual <= target
            ? Text($"Met with {target - actual:0.000} s to spare.")
            : Text($"Missed by {actual - target:0.000} s.");
        return new("rto", setBy, target, actual, actual <= target, $"{outcome}{Longest(phases)}{Remedy(phases, actual > target)}") { Phases = phases };
    }

    private static List<PhaseShare> Shares(RecoveryTime rto, double actual, double target)
    {
        List<(string Name, double Seconds)> parts = [.. rto.Phases?.InOrder ?? []];
        var rest = Math.Round(actual - parts.Sum(p => p.Seconds), Digits);
        if (Math.Abs(rest) > Negligible)
        {
            parts.Add((Unexplained, rest));
        }

        return [.. parts.Select(p => new PhaseShare(
            p.Name,
            p.Seconds,
            actual == 0 ? 0 : Math.Round(p.Seconds / actual, 4),
            target - (actual - p.Seconds) is >= 0 and var most ? Math.Round(most, Digits) : null))];
    }

    private static string Longest(List<PhaseShare> phases) => phases.MaxBy(p => p.Seconds) is { Seconds: > 0 } longest
        ? Text($" The longest phase was {longest.Phase} with {longest.Seconds:0.000} s, {longest.Share * 100:0} % of the time.")
        : "";

    /// <summary>Which single phase would have been enough to shorten.</summary>
    private static string Remedy(List<PhaseShare> phases, bool missed)
    {
        if (!missed || phases.Count == 0)
        {
            return "";
        }

        var enough = phases.Where(p => p.AtMostSeconds is not null).Select(p => Text($"{p.Phase} to {p.AtMostSeconds:0.000} s")).ToList();
        return enough.Count == 0
            ? " No single phase explains it: more than one must become shorter."
            : $" It would have been met by shortening {string.Join(", or ", enough)}.";
    }

    private static ObjectiveResult Rpo(RecoveryPoint rpo, string setBy, double target)
    {
        if (rpo.AcknowledgedLost == 0)
        {
            var lag = rpo.DurabilityLagMs is { } behind ? Text($" The standby was {behind:0.0} ms behind.") : "";
            return new("rpo", setBy, target, 0, true, $"Nothing that was acknowledged is lost.{lag}");
        }

        double? window = rpo.DurabilityLagMs is { } ms ? Math.Round(ms / 1000, Digits) : null;

        // With an objective of zero a loss of any length misses it.
        bool? met = target == 0 ? false : window is { } seconds ? seconds <= target : null;
        var length = window is { } w ? Text($"from the last {w:0.000} s before the fault") : "from a stretch of unknown length before the fault";
        return new("rpo", setBy, target, window, met, Text($"Acknowledged and lost: {rpo.AcknowledgedLost}, {length}."));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
