using Microsoft.Extensions.Logging;
using Npgsql;
using Resilience.Internal;
using Resilience.Regions;

namespace Resilience.Postgres;

/// <summary>Where people look at a switch and consent to it. Consents are kept in the promoted server; the reducer counts them.</summary>
internal sealed partial class SwitchDesk(string dependency, ActiveRegionSet active, SwitchHold hold, Func<bool> isVerified, ILogger logger)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    public SwitchStatus Status()
    {
        var set = Set;
        var topology = set.Current.Topology;
        var rules = set.Rules;
        var candidate = topology.Held?.Region ?? (topology.Claimant != topology.Writer?.Region ? topology.Claimant : null);
        var report = candidate is null ? null : topology[candidate].Report;
        var held = hold.State;
        return new SwitchStatus
        {
            Dependency = dependency,
            Mode = rules.Switch,
            Phase = Phase(topology),
            Writer = topology.Writer?.Region,
            Diagnosis = topology.Diagnosis.Kind,
            Evidence = topology.Diagnosis.Evidence,
            Candidate = candidate,
            IsDecided = candidate is not null && report?.Epoch?.WriterRegion == candidate,
            Next = Next(topology, candidate),
            HeldBy = topology.HeldBy,
            HeldSince = held.Principal == topology.HeldBy ? held.HeldSince : null,
            ApprovalsNeeded = rules.Switch == SwitchMode.Approval ? rules.Approvals : 0,
            ApprovedBy = report is null ? [] : [.. SwitchDecision.Counted(rules, report, candidate!).Select(approval => approval.Principal)],
        };
    }

    /// <summary>What a switch waits for now. A hold counts before anything else: consent under it moves nothing.</summary>
    public SwitchWait WaitsFor => Set is var set && set.Current.Topology is { Held: { } held } topology
        ? topology.HeldBy is not null ? SwitchWait.OperatorHold
            : held.NeedsApproval ? SwitchWait.Approval
            : set.Rules.Switch == SwitchMode.Hold ? SwitchWait.Mode
            : SwitchWait.Majority
        : SwitchWait.None;

    public Task ApproveAsync(string region, string principal, CancellationToken cancellationToken) =>
        WriteAsync(region, principal, PostgresSql.Approve, "approved", cancellationToken);

    public Task WithdrawAsync(string region, string principal, CancellationToken cancellationToken) =>
        WriteAsync(region, principal, PostgresSql.WithdrawApproval, "no longer approved", cancellationToken);

    /// <summary>Who holds all switches from now on; null releases them.</summary>
    /// <returns>Whether it counts in all replicas.</returns>
    public async Task<bool> HoldAsync(string? principal, string by, SwitchStatus? seen, CancellationToken cancellationToken)
    {
        CheckPrincipal(by);
        var own = hold.Decide(principal, seen is { HeldBy: { } holder, HeldSince: { } since } ? (holder, since) : null);
        if (principal is not null)
        {
            // Here first: the others may be slow to hear of it.
            await FollowAsync(cancellationToken);
        }

        var everywhere = await hold.SettleAsync(own, cancellationToken);
        await FollowAsync(cancellationToken);
        Guarded.Run(() => LogHold(logger, dependency, principal is null ? "released" : "held", by, everywhere ? "" : " in this replica; the others will be told when they can be"));
        return everywhere;
    }

    /// <summary>What the other replicas say of the hold has changed, or may have.</summary>
    public void FollowHold()
    {
        foreach (var set in Sets())
        {
            set.FollowHold();
        }
    }

    /// <summary>Another replica has seen a term.</summary>
    public void Hear(RememberedTerm seen)
    {
        foreach (var set in Sets())
        {
            set.Hear(seen);
        }
    }

    /// <summary>Again when the configuration changed meanwhile: the decision is of the database and not of one set of connections.</summary>
    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        RegionSet[] sets;
        do
        {
            sets = Sets();
            foreach (var set in sets)
            {
                await set.FollowHoldAsync(Longest, cancellationToken);
            }
        }
        while (!Sets().SequenceEqual(sets));
    }

    private RegionSet[] Sets() => [.. new[] { active.Trying, active.Current }.OfType<RegionSet>()];

    /// <summary>A changed configuration that waits for people is not in use before they have decided.</summary>
    private RegionSet Set => active.Trying is { Current.Topology.Held: not null } trying ? trying : active.Current;

    private async Task WriteAsync(string region, string principal, string sql, string what, CancellationToken cancellationToken)
    {
        CheckPrincipal(principal);
        var set = Set;
        var topology = set.Current.Topology;
        if (set.Rules.Switch != SwitchMode.Approval)
        {
            throw new InvalidOperationException($"Nothing waits for approval: Switch:Mode of '{dependency}' is {set.Rules.Switch}.");
        }

        if (topology.Held is not { NeedsApproval: true } waiting || waiting.Region != region)
        {
            throw new InvalidOperationException(
                $"No switch of '{dependency}' to '{region}' waits for approval{(topology.Held is { } held ? $"; one to '{held.Region}' does" : "")}. {Next(topology, topology.Held?.Region)}");
        }

        var endpoint = set.Endpoint(region);
        await using var connection = await endpoint.Pool.OpenAsync(endpoint.Pool.Watcher, Longest, endpoint.Pool.Gone, cancellationToken);
        await CreateAsync(connection, cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection)
        {
            Parameters = { new() { Value = region }, new() { Value = topology[region].Report!.Promotion(region) }, new() { Value = principal } },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
        Guarded.Run(() => LogConsent(logger, dependency, region, what, principal));
        endpoint.Monitor.Wake();
    }

    private static void CheckPrincipal(string principal)
    {
        if (!Principal.IsValid(principal))
        {
            throw new ArgumentException($"The principal has {principal?.Length ?? 0} characters. Use 1 to {Principal.Longest} that are not all blank, without control characters.", nameof(principal));
        }
    }

    /// <summary>Several may come at once; and a role that may not create tables needs not, where the owner has.</summary>
    private static async Task CreateAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var present = new NpgsqlCommand(PostgresSql.HasApprovals, connection);
        if ((bool)(await present.ExecuteScalarAsync(cancellationToken))!)
        {
            return;
        }

        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction) { BatchCommands = { new(PostgresSql.LockSchema), new(PostgresSql.CreateApprovals) } };
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private string Phase(RegionTopology topology) => topology switch
    {
        { Held.NeedsApproval: true, Writer: null } => "decision",
        { Phase: TopologyPhase.Discovering } => "discovery",
        { Phase: TopologyPhase.Suspect } => "detection",
        { Claimant: { } claimant, Writer: null } when claimant != topology.LastWriter?.Region => "execution",
        { Writer: null } => "validation",
        _ => isVerified() ? "steady" : "verification",
    };

    private static string Next(RegionTopology topology, string? candidate) => topology switch
    {
        { Held: { } held, Writer: { } writer } => $"Writes stay with '{writer.Region}'; '{held.Region}' was promoted, but {held.Why}.",
        { Held: { } held, HeldBy: { } holder } when topology[held.Region].Report?.Epoch?.WriterRegion == held.Region =>
            $"Another replica has moved its writes to '{held.Region}'; this one has no writer until '{holder}' or somebody else releases the hold.",
        { Held: { } held } => $"Writes move to '{held.Region}' once it may be followed: {held.Why}. Should the previous writer return before that, they go back to it.",
        { HeldBy: { } holder, Writer: { } writer } => $"Writes go to '{writer.Region}' and would follow no promotion: '{holder}' holds all switches.",
        { Writer: { } writer } when candidate is null => $"Writes go to '{writer.Region}'; they would follow a promotion elsewhere.",
        _ when candidate is not null => $"Writes move to '{candidate}' as soon as its claim is written down.",
        { IsPlanned: true, LastWriter: { } set } => $"'{set.Region}' was set read-only: writes go on as soon as another region is promoted, or it is set back.",
        { Phase: TopologyPhase.Discovering } => "Writes go to the first region that proves itself.",
        _ => "Writes go on as soon as the last writer answers, or another region is promoted.",
    };

    [LoggerMessage(1027, LogLevel.Warning, "'{Dependency}': the switch to region '{Region}' is {What} by '{Principal}'")]
    private static partial void LogConsent(ILogger logger, string dependency, string region, string what, string principal);

    [LoggerMessage(1029, LogLevel.Warning, "'{Dependency}': all switches are {What} by '{Principal}'{Where}")]
    private static partial void LogHold(ILogger logger, string dependency, string what, string principal, string where);
}
