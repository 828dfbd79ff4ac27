using GameDay.Deployment;

namespace GameDay.Actions;

/// <summary>What happens to replicas of the service. Undoing starts them again, as a kubelet would.</summary>
internal static class ReplicaActions
{
    public static IReadOnlyList<ActionKind> All { get; } =
    [
        new("kill-replica", "ends a replica of the service with SIGKILL") { Targets = Replica.AllNames, Apply = KillOneAsync, Missing = MissingReplica },
        new("kill-zone", "ends all replicas of a zone with SIGKILL") { Targets = Replica.AllZones, Apply = KillZoneAsync, Missing = MissingZone },
        new("kill-sidecar", "ends the proxy process beside a replica") { Targets = Replica.AllNames, Apply = KillSidecarAsync, Missing = MissingSidecar },
        new("skew-clock", "moves the wall clock of a replica")
        {
            Targets = Replica.AllNames,
            Parameters = [new("by", ParameterType.Duration, "2m"), new("direction", ParameterType.Text, "ahead") { Choices = ["ahead", "behind"] }],
            Missing = (deployment, arguments) => deployment.MovableClocks ? MissingReplica(deployment, arguments) : "'deployment.movable-clocks: true'",
            Apply = SkewAsync,
        },
        new("lose-power", "ends a replica and takes from its disk what was not synced")
        {
            Targets = Replica.AllNames,
            Missing = (deployment, arguments) => deployment.JournalDisk == JournalDisk.PowerLoss ? MissingReplica(deployment, arguments) : "'deployment.journal-disk: power-loss'",
            Apply = LosePowerAsync,
        },
    ];

    private static Task<AppliedAction> KillOneAsync(ActionContext context, CancellationToken ct) =>
        KillAsync([.. context.System.Replicas.Where(replica => replica.Name == context.Arguments.Target)], ct);

    private static Task<AppliedAction> KillZoneAsync(ActionContext context, CancellationToken ct) =>
        KillAsync([.. context.System.Replicas.Where(replica => replica.Zone == context.Arguments.Target)], ct);

    private static async Task<AppliedAction> KillAsync(IReadOnlyList<Replica> replicas, CancellationToken ct)
    {
        await Task.WhenAll(replicas.Select(replica => replica.Service.KillAsync(ct)));
        return new AppliedAction
        {
            Undo = token => Task.WhenAll(replicas.Where(replica => !replica.IsRunning).Select(replica => replica.RestartAsync(token))),
            Disproof = _ => Task.FromResult(replicas.FirstOrDefault(replica => replica.IsRunning) is { } running ? $"{running.Name} runs" : null),
        };
    }

    private static async Task<AppliedAction> KillSidecarAsync(ActionContext context, CancellationToken ct)
    {
        var sidecar = One(context).Sidecar!;
        await sidecar.KillAsync(ct);
        return new AppliedAction
        {
            Undo = token => sidecar.IsRunning ? Task.CompletedTask : sidecar.RestartAsync(token),
            Disproof = _ => Task.FromResult(sidecar.IsRunning ? "the proxy runs" : null),
        };
    }

    private static Task<AppliedAction> SkewAsync(ActionContext context, CancellationToken ct)
    {
        var replica = One(context);
        var by = context.Arguments.Duration("by")!.Value;
        var ahead = context.Arguments.Text("direction") == "behind" ? -by : by;
        replica.SetClock(ahead);
        return Task.FromResult(new AppliedAction
        {
            Disproof = token => replica.Health.DisproofOfClockAsync(ahead, context.Clock.Time, token),
            Undo = _ =>
            {
                replica.SetClock(TimeSpan.Zero);
                return Task.CompletedTask;
            },
        });
    }

    private static async Task<AppliedAction> LosePowerAsync(ActionContext context, CancellationToken ct)
    {
        var replica = One(context);
        await context.System.Disks.LosePowerAsync(replica, ct);
        return new AppliedAction
        {
            Undo = token => replica.IsRunning ? Task.CompletedTask : replica.RestartAsync(token),
            Disproof = _ => Task.FromResult(replica.IsRunning ? "the replica runs" : null),
        };
    }

    private static Replica One(ActionContext context) => context.System.Replicas.Single(replica => replica.Name == context.Arguments.Target);

    private static string? MissingReplica(DeploymentSpec deployment, ActionArguments arguments) =>
        Replica.AllNames.Take(deployment.Replicas).Contains(arguments.Target) ? null : $"'deployment.replicas' of more than {deployment.Replicas}";

    private static string? MissingZone(DeploymentSpec deployment, ActionArguments arguments) =>
        Replica.AllZones.Take(deployment.Replicas).Contains(arguments.Target) ? null : $"'deployment.replicas' of more than {deployment.Replicas}";

    private static string? MissingSidecar(DeploymentSpec deployment, ActionArguments arguments) =>
        deployment.Sidecars ? MissingReplica(deployment, arguments) : "'deployment.sidecars: true'";
}
