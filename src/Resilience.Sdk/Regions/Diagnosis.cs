namespace Resilience.Regions;

/// <summary>A diagnosis and what it rests on. It explains; it decides nothing: who writes is decided by terms alone.</summary>
/// <param name="Kind">What seems to be the matter.</param>
/// <param name="Evidence">The answers that say so, in words without secrets.</param>
internal sealed record Diagnosis(WriterDiagnosis Kind, string Evidence)
{
    public static Diagnosis Undecided { get; } = new(WriterDiagnosis.Unknown, "not all regions have answered or failed yet");

    public static Diagnosis Of(RegionTopology topology) =>
        SplitBrain(topology) ?? Promoted(topology) ?? (topology.Writer is { } writer ? WithWriter(topology, writer) : WithoutWriter(topology));

    /// <summary>
    /// Both must have been asked after the later of them began to take writes: a writer that has just died still counts as
    /// writable until its next probe. One without room says that it takes writes, and does not.
    /// </summary>
    private static Diagnosis? SplitBrain(RegionTopology topology)
    {
        foreach (var cluster in topology.Regions.Where(region => region is { TakesWritesSince: not null, Misses: 0, Reachable: true, Refusal: not { Kind: RegionFailureKind.DiskFull } })
            .GroupBy(region => region.Report!.SystemIdentifier))
        {
            var latest = cluster.Max(region => region.TakesWritesSince);
            var writers = cluster.Where(region => region.ContactAt >= latest).ToList();
            if (writers.Count > 1)
            {
                var list = string.Join(" and ", writers.Select(region => $"'{region.Name}' ({region.Report!.Term})"));
                return new(WriterDiagnosis.SplitBrain, $"{list} take writes; from here they go {(topology.Writer is { } writer ? $"to '{writer.Region}'" : "nowhere")}");
            }
        }

        return null;
    }

    private static Diagnosis? Promoted(RegionTopology topology)
    {
        if ((topology.Writer ?? topology.LastWriter) is not { } writer)
        {
            return null;
        }

        var promoted = topology.Regions.FirstOrDefault(region => region.Condition == RegionCondition.Writable && region.Misses == 0 && region.Name != writer.Region);
        return promoted is null ? null : new(WriterDiagnosis.Promoted, $"'{promoted.Name}' was promoted ({promoted.Report!.Term}) and " + promoted switch
        {
            _ when topology.Held is { } held && held.Region == promoted.Name => $"is not followed: {held.Why}",
            { ClaimFailure: { } refused } => $"its claim cannot be written down: {refused.Message}",
            _ => "is being verified",
        } + (topology.Writer is null && topology.Find(writer.Region)?.Failure is { } cause ? $"; '{writer.Region}': {cause.Message}" : ""));
    }

    private static Diagnosis WithWriter(RegionTopology topology, WriterState writer) => topology[writer.Region] switch
    {
        _ when topology.Phase == TopologyPhase.Steady => new(WriterDiagnosis.Healthy, $"'{writer.Region}' answers as the writer"),
        { Failure: null, Refusal: { Kind: RegionFailureKind.DiskFull } full } => new(WriterDiagnosis.PrimaryDown, $"'{writer.Region}' answers and refuses writes: {full.Message}"),
        { Failure: var missed, Refusal: var refused } => new(WriterDiagnosis.Unknown, $"'{writer.Region}' is in doubt: {missed?.Message ?? refused?.Message ?? "a call to it failed"}"),
    };

    private static Diagnosis WithoutWriter(RegionTopology topology)
    {
        if (topology.Conflict is { } conflict)
        {
            return new(WriterDiagnosis.Unknown, conflict);
        }

        if (topology.Regions.Any(region => region.ObservedAt is null))
        {
            return Undecided;
        }

        if (topology.Regions.Length > 1 && topology.Regions.All(region => region is { Reachable: false, Failure: { IsFromHost: false } }))
        {
            return new(WriterDiagnosis.LocalPartition, $"none of the {topology.Regions.Length} regions answers: {Causes(topology)}");
        }

        if (topology.LastWriter is not { } lost || topology.Find(lost.Region) is not { } last)
        {
            return new(WriterDiagnosis.Unknown, $"no region takes writes: {Causes(topology)}");
        }

        if (last.Reachable && topology.Held is { } held && held.Region == last.Name)
        {
            return new(WriterDiagnosis.LocalPartition, $"'{last.Name}' answers, but {held.Why}");
        }

        if (topology.IsPlanned && last.Condition is RegionCondition.ReadOnly or RegionCondition.Standby or RegionCondition.Unreachable or RegionCondition.Unknown)
        {
            return new(WriterDiagnosis.PlannedSwitchover, $"'{last.Name}' was set read-only while it was well" + last.Condition switch
            {
                RegionCondition.ReadOnly => ", and answers",
                RegionCondition.Standby => ", and is a standby now",
                _ => $"; since then: {last.Failure?.Message ?? "it was not heard of"}",
            });
        }

        if (last.Reachable)
        {
            return last.Condition == RegionCondition.ReadOnly
                ? new(WriterDiagnosis.PrimaryDown, $"'{last.Name}' answers but refuses writes")
                : new(WriterDiagnosis.Unknown, $"'{last.Name}' answers as {last.Condition}, and no other region takes writes");
        }

        var cause = last.Failure?.Message ?? "it was not heard of for too long";
        var witness = topology.Regions.FirstOrDefault(region => region.Condition == RegionCondition.Standby && region.FedAfter >= topology.SuspectedAt);
        if (witness is not null && last.Failure is not { IsFromHost: true })
        {
            return new(WriterDiagnosis.LocalPartition, $"'{last.Name}': {cause}; but '{witness.Name}' has received changes from it since, so it is up and this process is cut off from it");
        }

        var others = topology.Regions.Where(region => region.Reachable).ToList();
        if (last.Failure is not { IsFromHost: true } && others.Count > 0 && !others.Exists(region => WasHeardMeanwhile(region, last, topology)))
        {
            return topology.Diagnosis.Kind == WriterDiagnosis.LocalPartition
                ? topology.Diagnosis
                : new(WriterDiagnosis.Unknown, $"'{last.Name}': {cause}; no other region has answered meanwhile");
        }

        var standby = topology.Regions.FirstOrDefault(region => region.Condition == RegionCondition.Standby);
        return new(WriterDiagnosis.PrimaryDown, $"'{last.Name}': {cause}" + standby switch
        {
            null => "",
            { Report.IsFed: null } => $"; '{standby.Name}' answers",
            { Report.IsFed: true } => $"; '{standby.Name}' answers, and its own connection to it is still open",
            _ => $"; '{standby.Name}' answers, and has lost its own connection to it",
        });
    }

    /// <summary>
    /// That others answer tells a silence from a cut only when they did while it was kept. When this process is cut off from
    /// everything, one region is always the first to be given up, and one the first to be heard again.
    /// </summary>
    private static bool WasHeardMeanwhile(RegionState other, RegionState silent, RegionTopology topology) =>
        other.ContactAt >= topology.SuspectedAt && other.AnswersSince <= silent.ObservedAt;

    private static string Causes(RegionTopology topology) =>
        string.Join("; ", topology.Regions.Select(region => $"'{region.Name}': {region.Failure?.Message ?? region.Condition.ToString()}"));
}
