using GameDay.Checks.Expectations;

namespace GameDay.Experiments;

/// <summary>An expectation of this experiment beyond what is checked in all of them.</summary>
/// <param name="Kind">What is looked at.</param>
/// <param name="Value">The limit, as its kind reads it.</param>
internal sealed record ExpectedResult(ExpectationKind Kind, string Value);
