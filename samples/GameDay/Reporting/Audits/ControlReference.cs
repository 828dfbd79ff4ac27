namespace GameDay.Reporting.Audits;

/// <summary>Which fields bear on a control; whether it is met is the auditor's to say.</summary>
/// <param name="Asks">What the control asks for, in short.</param>
/// <param name="Fields">Of this file, or of report.json where they begin with its name.</param>
internal sealed record ControlReference(string Framework, string Control, string Asks, IReadOnlyList<string> Fields)
{
    /// <summary>The controls that the service's own report of failovers names, in the same words.</summary>
    public static IReadOnlyList<ControlReference> All { get; } =
    [
        new("SOC 2", "CC7.4", "incidents are responded to by a defined process: understood, contained, remedied, communicated",
            ["experiment", "hypothesis", "report.json#timeline", "report.json#faults", "report.json#episodes", "report.json#rto.phases"]),
        new("SOC 2", "CC7.5", "recovery from incidents is carried out and shown",
            ["verdict", "reason", "objectives", "report.json#rto", "report.json#checks"]),
        new("ISO/IEC 27001:2013", "A.17.1.2", "the required level of continuity is kept during an adverse situation",
            ["objectives", "report.json#requests", "report.json#latencyMs", "report.json#windows"]),
        new("ISO/IEC 27001:2013", "A.17.1.3", "continuity controls are verified at intervals",
            ["startedAt", "endedAt", "verdict", "earlierRuns", "evidence"]),
        new("HIPAA", "164.308(a)(7)(ii)(B)", "procedures restore any loss of data",
            ["objectives", "report.json#rpo", "report.json#checks", "report.json#charges"]),
        new("HIPAA", "164.308(a)(7)(ii)(D)", "contingency plans are tested and revised",
            ["experiment", "seed", "verdict", "objectives", "earlierRuns"]),
    ];
}
