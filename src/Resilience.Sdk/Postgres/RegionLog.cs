using Microsoft.Extensions.Logging;
using Resilience.Regions;

namespace Resilience.Postgres;

/// <summary>One log line per transition, with a stable id each.</summary>
internal static partial class RegionLog
{
    public static void Event(ILogger logger, string dependency, TopologyEvent happened)
    {
        switch (happened)
        {
            case WriterSuspected suspected:
                Suspected(logger, dependency, suspected.Region, suspected.Failure.Message);
                break;
            case WriterConfirmed { WasLost: false } confirmed:
                Confirmed(logger, dependency, confirmed.Region);
                break;
            case WriterConfirmed confirmed:
                Returned(logger, dependency, confirmed.Region);
                break;
            case WriterLost { IsPlanned: true } lost:
                SetReadOnly(logger, dependency, lost.Region);
                break;
            case WriterLost lost:
                Lost(logger, dependency, lost.Region, lost.Reason);
                break;
            case PromotionSeen seen:
                Promoted(logger, dependency, seen.Region, seen.Term);
                break;
            case WriterElected { Previous: null } elected:
                Found(logger, dependency, elected.Region, elected.Writer.Term);
                break;
            case WriterElected elected:
                Switched(logger, dependency, elected.Previous, elected.Region, elected.Writer.Term);
                break;
            case SwitchHeld held:
                Held(logger, dependency, held.Region, held.Holding, held.Why);
                break;
            case SwitchApproved approved:
                Approved(logger, dependency, approved.Region, string.Join(", ", approved.Approvals.Select(approval => approval.Principal)));
                break;
            case ClusterConflict conflict:
                Conflict(logger, dependency, conflict.Explanation);
                break;
            case ClaimRefused refused:
                ClaimRefused(logger, dependency, refused.Region, refused.Failure.Message);
                break;
            case ServerRestarted restarted:
                Restarted(logger, dependency, restarted.Region);
                break;
            case DiagnosisChanged { To.Kind: WriterDiagnosis.SplitBrain } diagnosed:
                SplitBrain(logger, dependency, diagnosed.To.Evidence);
                break;
            case DiagnosisChanged { From: WriterDiagnosis.SplitBrain } diagnosed:
                SplitBrainOver(logger, dependency, diagnosed.To.Evidence);
                break;
            case DiagnosisChanged { To.Kind: WriterDiagnosis.PrimaryDown or WriterDiagnosis.LocalPartition } diagnosed:
                Diagnosed(logger, dependency, diagnosed.To.Kind, diagnosed.To.Evidence);
                break;
            case DiagnosisChanged:
            case RegionSilent:
                break;
            case RegionChanged { To: RegionCondition.Fenced or RegionCondition.Foreign or RegionCondition.Rejected } changed:
                Refused(logger, dependency, changed.Region, changed.To, changed.Detail);
                break;
            case RegionChanged changed:
                Changed(logger, dependency, changed.Region, changed.From, changed.To, changed.Detail is { } detail ? $": {detail}" : "");
                break;
        }
    }

    [LoggerMessage(1000, LogLevel.Information, "'{Dependency}': writes go to region '{Region}' ({Term})")]
    private static partial void Found(ILogger logger, string dependency, string region, WriterTerm term);

    [LoggerMessage(1001, LogLevel.Warning, "'{Dependency}': the writer '{Region}' is in doubt: {Reason}. All regions are asked at once")]
    private static partial void Suspected(ILogger logger, string dependency, string region, string reason);

    [LoggerMessage(1002, LogLevel.Information, "'{Dependency}': the writer '{Region}' is well after all")]
    private static partial void Confirmed(ILogger logger, string dependency, string region);

    [LoggerMessage(1003, LogLevel.Error, "'{Dependency}': the writer '{Region}' is lost: {Reason}. Callers wait for a writer until their deadline")]
    private static partial void Lost(ILogger logger, string dependency, string region, string reason);

    [LoggerMessage(1030, LogLevel.Warning, "'{Dependency}': the writer '{Region}' was set read-only: a planned switchover. What is under way there may finish, new work waits for a writer until its deadline")]
    private static partial void SetReadOnly(ILogger logger, string dependency, string region);

    [LoggerMessage(1004, LogLevel.Information, "'{Dependency}': the writer '{Region}' is back")]
    private static partial void Returned(ILogger logger, string dependency, string region);

    [LoggerMessage(1005, LogLevel.Warning, "'{Dependency}': region '{Region}' was promoted ({Term})")]
    private static partial void Promoted(ILogger logger, string dependency, string region, WriterTerm term);

    [LoggerMessage(1006, LogLevel.Warning, "'{Dependency}': writes moved from region '{Previous}' to '{Region}' ({Term})")]
    private static partial void Switched(ILogger logger, string dependency, string previous, string region, WriterTerm term);

    [LoggerMessage(1007, LogLevel.Warning, "'{Dependency}': region '{Region}' was promoted but is not followed: {Why}; writes stay with '{Holding}'")]
    private static partial void Held(ILogger logger, string dependency, string region, string holding, string why);

    [LoggerMessage(1019, LogLevel.Warning, "'{Dependency}': the switch to region '{Region}' is approved by {Principals}")]
    private static partial void Approved(ILogger logger, string dependency, string region, string principals);

    [LoggerMessage(1008, LogLevel.Error, "'{Dependency}': {Explanation}")]
    private static partial void Conflict(ILogger logger, string dependency, string explanation);

    [LoggerMessage(1009, LogLevel.Information, "'{Dependency}': region '{Region}' went from {From} to {To}{Detail}")]
    private static partial void Changed(ILogger logger, string dependency, string region, RegionCondition from, RegionCondition to, string detail);

    [LoggerMessage(1016, LogLevel.Critical, "'{Dependency}': split brain: {Evidence}. Stop the server that this service does not write to, and compare what it has taken with the books")]
    private static partial void SplitBrain(ILogger logger, string dependency, string evidence);

    [LoggerMessage(1017, LogLevel.Warning, "'{Dependency}': the split brain is over: {Evidence}")]
    private static partial void SplitBrainOver(ILogger logger, string dependency, string evidence);

    [LoggerMessage(1018, LogLevel.Warning, "'{Dependency}': {Diagnosis}: {Evidence}")]
    private static partial void Diagnosed(ILogger logger, string dependency, WriterDiagnosis diagnosis, string evidence);

    [LoggerMessage(1013, LogLevel.Error, "'{Dependency}': region '{Region}' is {Condition} and cannot be used: {Detail}")]
    private static partial void Refused(ILogger logger, string dependency, string region, RegionCondition condition, string? detail);

    [LoggerMessage(1014, LogLevel.Error, "'{Dependency}': region '{Region}' could be the writer, but its claim cannot be written down: {Reason}")]
    private static partial void ClaimRefused(ILogger logger, string dependency, string region, string reason);

    [LoggerMessage(1015, LogLevel.Information, "'{Dependency}': the server of region '{Region}' was restarted; connections to it from before are given up")]
    private static partial void Restarted(ILogger logger, string dependency, string region);
}
