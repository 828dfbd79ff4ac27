namespace GameDay.Reporting;

internal enum Verdict
{
    Passed,
    Failed,

    /// <summary>The stop condition ended it.</summary>
    Aborted,

    /// <summary>The steady state was not there, or the fault was not proven; nothing was learned about the hypothesis.</summary>
    Inconclusive,
}
