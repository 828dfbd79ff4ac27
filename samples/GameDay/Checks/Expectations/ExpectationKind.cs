using GameDay.Experiments;

namespace GameDay.Checks.Expectations;

/// <summary>Something that an experiment may expect, by the key that its file uses.</summary>
/// <param name="Name">The key.</param>
/// <param name="Summary">What must be so, with {0} for the value.</param>
/// <param name="Wrong">Why a value cannot be used; null when it can.</param>
/// <param name="Look">Whether it is so, and what was seen.</param>
internal sealed record ExpectationKind(
    string Name, string Summary, Func<string, string?> Wrong, Func<Evidence, string, (bool Held, string Detail)> Look)
{
    public CheckResult Check(Evidence evidence, string value)
    {
        var (held, detail) = Look(evidence, value);
        return new CheckResult(Summary.Replace("{0}", value, StringComparison.Ordinal), held, detail);
    }
}
