using System.Collections.Immutable;

namespace Resilience.Regions;

/// <summary>
/// Every rule about who writes, in one pure function: (topology, observation) → topology and events.
/// It reads no clock, does no I/O and keeps nothing; so each rule is a row of a table in the tests.
/// Absorbs MongoDB's Server Discovery And Monitoring where it applies: late observations lose, errors of an older
/// generation are ignored, a claimant below the highest term is refused.
/// </summary>
internal static class TopologyReducer
{
    private const double RoundTripWeight = 0.2;

    /// <summary>Each note wakes all who wait for a writer; hundreds of calls may be refused at once.</summary>
    private static readonly TimeSpan RefusalsNotedEvery = TimeSpan.FromSeconds(1);

    public static TopologyChange Reduce(RegionTopology topology, RegionObservation observation, TopologyRules rules)
    {
        var step = new ReducerStep(topology, rules, observation.At);
        switch (observation)
        {
            case ServerReported reported when Accepts(topology, reported.Region, reported.StartedAt):
                OnReport(step, reported);
                break;
            case ProbeFailed failed when Accepts(topology, failed.Region, failed.StartedAt):
                OnProbeFailed(step, failed);
                break;
            case AnsweredLate late when topology.Find(late.Region) is not null:
                step.Update(late.Region, state => state with { RoundTrip = Smooth(state.RoundTrip, late.RoundTrip), HeardAt = late.At }, null);
                break;
            case CallFailed call:
                OnCallFailed(step, call);
                break;
            case ClaimFailed claim when topology.Find(claim.Region) is not null:
                OnClaimFailed(step, claim);
                break;
            case TermSeen seen:
                step.Topology = topology with { HighestTerm = Max(topology.HighestTerm, seen.Term), SystemIdentifier = topology.SystemIdentifier ?? seen.SystemIdentifier };
                WriterElection.Run(step);
                break;
            case TermTold told when topology.Told(told.Seen) is var wiser && !ReferenceEquals(wiser, topology):
                step.Topology = wiser;
                WriterElection.Run(step);
                break;
            case HoldDecided { State: { } state } when !topology.Follows(state):
                step.Topology = topology.With(state);
                WriterElection.Run(step);
                break;
            case TimePassed:
                OnTimePassed(step);
                break;
        }

        return step.Finish();
    }

    private static bool Accepts(RegionTopology topology, string region, TimeSpan startedAt) =>
        topology.Find(region) is { } state && !(startedAt < state.ObservedAt);

    private static void OnReport(ReducerStep step, ServerReported reported)
    {
        var report = Named(reported.Report, step.Topology);
        var condition = Classify(step.Topology, report);
        if (condition != RegionCondition.Foreign && report.Epoch is { } row && row.Epoch > step.Topology.HighestTerm.Epoch
            && step.Topology.SystemIdentifier is not null)
        {
            // A replicated row is evidence of a later reign even on a standby; its timeline is not known from here.
            step.Topology = step.Topology with { HighestTerm = new WriterTerm(row.Epoch, 0) };
        }

        if (step.Topology[reported.Region].Report is { } before && before.Incarnation != report.Incarnation)
        {
            step.Raise(new ServerRestarted(step.At, reported.Region));
        }

        step.Update(reported.Region, state => state with
        {
            Condition = condition,
            Report = report,
            ContactAt = reported.StartedAt,
            AnswersSince = state.Misses == 0 && state.AnswersSince is { } since ? since : reported.StartedAt,
            ObservedAt = reported.StartedAt,
            Misses = 0,
            Failure = null,
            IsGivenUp = false,
            Refusal = reported.StartedAt - state.RefusedAt <= step.Rules.RefusalLasts ? state.Refusal : null,
            RoundTrip = Smooth(state.RoundTrip, report.RoundTrip),
            ClaimFailure = report.Epoch?.WriterRegion == state.Name ? null : state.ClaimFailure,
            TakesWritesSince = report.InRecovery || report.ReadOnly ? null : state.TakesWritesSince ?? reported.StartedAt,
            FedAfter = report.InRecovery && state.Report is { InRecovery: true } last && report.Received > last.Received ? state.ContactAt : state.FedAfter,
            StandbySince = condition != RegionCondition.Standby ? null
                : state.Report?.Incarnation == report.Incarnation ? state.StandbySince ?? reported.StartedAt : reported.StartedAt,
            FreshAsOf = condition == RegionCondition.Standby && Follows(report, step.Topology)
                ? FreshAsOf(step.Topology, report, reported.StartedAt) ?? (report.Aurora is null ? state.FreshAsOf : null)
                : null,
        }, Detail(condition, step.Topology, report));

        VerifyWriter(step, reported);
        WriterElection.Run(step);
    }

    private static void VerifyWriter(ReducerStep step, ServerReported reported)
    {
        if (step.Topology.Writer is not { } writer || writer.Region != reported.Region)
        {
            return;
        }

        var state = step.Topology[writer.Region];
        if (state.Condition != RegionCondition.Writable)
        {
            // A server without room may be set read-only by whoever runs it: nobody moves the writes then.
            var isPlanned = state is { Condition: RegionCondition.ReadOnly, Refusal: not { Kind: RegionFailureKind.DiskFull } };
            step.Lose(isPlanned ? "it was set read-only: a planned switchover" : $"it reports itself as {state.Condition}", isPlanned);
            return;
        }

        step.Topology = step.Topology with
        {
            Writer = writer with { Term = reported.Report.Term, VerifiedAt = reported.StartedAt },
            HighestTerm = Max(step.Topology.HighestTerm, reported.Report.Term),
            Positions = Remember(step.Topology.Positions, new WriterPosition(reported.StartedAt, reported.Report.Lsn)),
        };
        if (step.Topology.Phase == TopologyPhase.Suspect && reported.StartedAt > step.Topology.SuspectedAt && state.Refusal is null)
        {
            step.Confirm(wasLost: false);
        }
    }

    private static void OnProbeFailed(ReducerStep step, ProbeFailed failed)
    {
        var misses = step.Topology[failed.Region].Misses + (failed.Failure.IsConclusive ? step.Rules.MissesUntilLost : 1);
        var gone = misses >= step.Rules.MissesUntilLost;
        step.Update(failed.Region, state => state with
        {
            Condition = !gone ? state.Condition
                : failed.Failure.Kind == RegionFailureKind.Rejected ? RegionCondition.Rejected : RegionCondition.Unreachable,
            Misses = misses,
            Failure = failed.Failure,
            ObservedAt = failed.StartedAt,
            StandbySince = null,
        }, failed.Failure.Message);

        if (step.Topology.Writer?.Region == failed.Region)
        {
            step.Suspect(failed.Failure);
            if (gone)
            {
                step.Lose(failed.Failure.Message);
            }
        }

        WriterElection.Run(step);
    }

    private static void OnCallFailed(ReducerStep step, CallFailed call)
    {
        if (step.Topology.Writer is not { } writer || writer.Region != call.Region || writer.Generation != call.Generation
            || call.At <= writer.VerifiedAt || call.Failure.Kind == RegionFailureKind.Unresolved)
        {
            return;
        }

        if (call.Failure.RefusesWrites && !(call.At - step.Topology[call.Region].RefusedAt < RefusalsNotedEvery))
        {
            step.Update(call.Region, state => state with { Refusal = call.Failure, RefusedAt = call.At }, null);
        }

        step.Suspect(call.Failure);
    }

    private static void OnClaimFailed(ReducerStep step, ClaimFailed claim)
    {
        if (step.Topology[claim.Region].ClaimFailure != claim.Failure)
        {
            step.Raise(new ClaimRefused(claim.At, claim.Region, claim.Failure));
        }

        step.Update(claim.Region, state => state with { ClaimFailure = claim.Failure, ClaimFailedAt = claim.At }, null);
        WriterElection.Run(step);
    }

    private static void OnTimePassed(ReducerStep step)
    {
        foreach (var region in step.Topology.Regions)
        {
            // While there is no writer, it may be the next one, and too busy to answer: to break its connections would keep it so.
            if (!region.IsGivenUp && region is { IsSilent: true, Misses: > 0, Failure.Kind: not RegionFailureKind.Unresolved } && step.At - region.ContactAt > step.Rules.GiveUpAfter && !(step.At - region.HeardAt <= step.Rules.GiveUpAfter)
                && step.Topology.Writer is { } writer && region.Name != writer.Region)
            {
                step.Update(region.Name, state => state with { IsGivenUp = true }, null);
                step.Raise(new RegionSilent(step.At, region.Name));
            }

            if (region.Condition == RegionCondition.Unknown || step.At - region.ObservedAt <= step.Rules.StaleAfter)
            {
                continue;
            }

            step.Update(region.Name, state => state with { Condition = RegionCondition.Unknown, StandbySince = null }, "no observation for too long");
            if (step.Topology.Writer?.Region == region.Name)
            {
                step.Lose($"no probe of it was answered or failed for {step.Rules.StaleAfter.TotalSeconds:0.#} s");
            }
        }

        if (step.Rules.NeedsWitness)
        {
            WriterElection.Run(step);
        }
    }

    private static RegionCondition Classify(RegionTopology topology, ServerReport report)
    {
        if (topology.SystemIdentifier is { } ours && ours != report.SystemIdentifier)
        {
            return RegionCondition.Foreign;
        }

        if (report.InRecovery)
        {
            return RegionCondition.Standby;
        }

        if (report.ReadOnly)
        {
            return RegionCondition.ReadOnly;
        }

        return report.IsOutdated(topology.KnownTerm(report.SystemIdentifier)) ? RegionCondition.Fenced : RegionCondition.Writable;
    }

    private static string? Detail(RegionCondition condition, RegionTopology topology, ServerReport report) => condition switch
    {
        RegionCondition.Fenced => $"its {report.Term} is below {topology.KnownTerm(report.SystemIdentifier)}",
        RegionCondition.Foreign => ForeignMessage(report.SystemIdentifier, topology.SystemIdentifier),
        _ => null,
    };

    internal static string ForeignMessage(long found, long? ours) =>
        $"the server belongs to another cluster (system identifier {(ulong)found}, expected {(ulong?)ours}); point the region at a replica of the same cluster";

    /// <summary>Positions of two histories cannot be compared: a standby that has not got the writer's claim may follow another.</summary>
    private static bool Follows(ServerReport standby, RegionTopology topology) =>
        (topology.Writer ?? topology.LastWriter) is not { } writer || standby.Epoch?.Epoch >= writer.Term.Epoch;

    /// <summary>
    /// Before its first claim an Aurora cluster cannot say which one it is, and a reader cannot until it has got the claim. It is taken
    /// for ours: should it be promoted and be another one, its own claim gives it another number.
    /// </summary>
    private static ServerReport Named(ServerReport report, RegionTopology topology) =>
        report.SystemIdentifier == 0 && topology.SystemIdentifier is { } ours ? report with { SystemIdentifier = ours } : report;

    /// <summary>
    /// Aurora's own figure counts from the last word of the writer: a reader that is cut off together with this process cannot know
    /// what it is missing.
    /// </summary>
    private static TimeSpan? FreshAsOf(RegionTopology topology, ServerReport report, TimeSpan asked) => report.Aurora is not { } aurora
        ? FreshAsOf(topology.Positions, report.Lsn)
        : (topology.Writer ?? topology.LastWriter) is { } writer ? (writer.VerifiedAt < asked ? writer.VerifiedAt : asked) - aurora.Lag : null;

    private static TimeSpan? FreshAsOf(ImmutableArray<WriterPosition> positions, long replayed)
    {
        for (var i = positions.Length - 1; i >= 0; i--)
        {
            if (positions[i].Lsn <= replayed)
            {
                return positions[i].At;
            }
        }

        return null;
    }

    private static ImmutableArray<WriterPosition> Remember(ImmutableArray<WriterPosition> positions, WriterPosition position) =>
        (positions.Length < RegionTopology.KeptPositions ? positions : Thin(positions)).Add(position);

    /// <summary>Every second one, so that the same number reaches back further each time: a standby may be minutes behind.</summary>
    private static ImmutableArray<WriterPosition> Thin(ImmutableArray<WriterPosition> positions) => [.. positions.Where((_, i) => i % 2 == 1)];

    private static TimeSpan Smooth(TimeSpan? before, TimeSpan sample) =>
        before is { } value ? (value * (1 - RoundTripWeight)) + (sample * RoundTripWeight) : sample;

    internal static WriterTerm Max(WriterTerm left, WriterTerm right) => left > right ? left : right;
}
