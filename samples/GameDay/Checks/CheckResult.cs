namespace GameDay.Checks;

/// <summary>One part of the hypothesis and whether it held.</summary>
internal sealed record CheckResult(string Name, bool Held, string Detail);
