using GameDay.Deployment;

namespace GameDay.Actions;

/// <summary>What happens to the regions of the database, and what an operator does about it.</summary>
internal static class DatabaseActions
{
    private static readonly string[] Regions = ["us-east-1", "us-west-2"];

    public static IReadOnlyList<ActionKind> All { get; } =
    [
        new("kill-database", "ends a server with SIGKILL") { Targets = Regions, Apply = KillAsync },
        new("hang-database", "stops a server where it is: connecting succeeds, no query is answered") { Targets = Regions, Apply = HangAsync },
        new("stall-replication", "lets a standby receive nothing more of what the writer commits") { Targets = Regions, Apply = StallAsync },
        new("return-old-writer", "starts a killed writer as the writer it was, although another was promoted") { Targets = Regions, Apply = ReturnAsync },
        new("promote-database", "makes the standby the writer") { Targets = Regions, IsFault = false, Apply = PromoteAsync },
        new("switchover-database", "stops the writer cleanly and promotes the standby, which has everything by then") { Targets = Regions, Apply = SwitchOverAsync },
        new("failover-database", "kills the writer while its standby is being promoted, as a managed database replaces its writer") { Apply = FailOverAsync },
        new("rebuild-database", "makes a former writer the standby of the writer") { Targets = Regions, IsFault = false, Apply = RebuildAsync },
    ];

    private static async Task<AppliedAction> KillAsync(ActionContext context, CancellationToken ct)
    {
        var (database, region) = (context.System.Database, context.Arguments.Target);
        var server = database[region];
        await database.LoseAsync(region, () => server.KillAsync(ct), () => ServerProbe.RefusesConnectionsAsync(server, ct));
        return new AppliedAction
        {
            Undo = token => RecoverAsync(database, region, token),
            Disproof = async token => await ServerProbe.RefusesConnectionsAsync(server, token) ? null : $"{region} still takes connections",
        };
    }

    private static async Task<AppliedAction> HangAsync(ActionContext context, CancellationToken ct)
    {
        var (database, region) = (context.System.Database, context.Arguments.Target);
        var server = database[region];
        await database.LoseAsync(region, () => server.HangAsync(ct), async () => !await ServerProbe.AnswersAsync(server, ct));
        return new AppliedAction
        {
            Undo = async token =>
            {
                if (server.IsRunning)
                {
                    await server.ResumeAsync();
                }

                await RecoverAsync(database, region, token);
            },
            Disproof = async token => await ServerProbe.AnswersAsync(server, token) ? $"{region} still answers queries" : null,
        };
    }

    private static async Task<AppliedAction> StallAsync(ActionContext context, CancellationToken ct)
    {
        var server = context.System.Database[context.Arguments.Target];
        await server.StallWalReceiverAsync(ct);

        // A promotion ends the stall, and so does a server that is gone.
        return new AppliedAction
        {
            Undo = _ => server.HasStalledWalReceiver ? server.ResumeWalReceiverAsync() : Task.CompletedTask,
            Disproof = _ => Task.FromResult(server.HasStalledWalReceiver ? null : "the receiver is not stalled"),
        };
    }

    private static async Task<AppliedAction> ReturnAsync(ActionContext context, CancellationToken ct)
    {
        var (database, region) = (context.System.Database, context.Arguments.Target);
        var server = database[region];
        await server.RestartAsOldPrimaryAsync(ct);
        return new AppliedAction
        {
            Undo = token => database.RebuildAsync(region, token),
            Disproof = async token => await ServerProbe.IsWritableAsync(server, token) ? null : $"{region} takes no writes",
        };
    }

    private static async Task<AppliedAction> PromoteAsync(ActionContext context, CancellationToken ct)
    {
        await context.System.Database.PromoteAsync(context.Arguments.Target, ct);
        return AppliedAction.Final;
    }

    private static async Task<AppliedAction> SwitchOverAsync(ActionContext context, CancellationToken ct)
    {
        var (database, region) = (context.System.Database, context.Arguments.Target);
        var former = database.Writer;
        await database.LoseAsync(former.Region, () => former.StopAsync(ct), () => ServerProbe.RefusesConnectionsAsync(former, ct));
        await database.PromoteAsync(region, ct);
        return new AppliedAction
        {
            Undo = token => RecoverAsync(database, former.Region, token),
            Disproof = async token => await ServerProbe.RefusesConnectionsAsync(former, token) ? null : $"{former.Region} still takes connections",
        };
    }

    private static async Task<AppliedAction> FailOverAsync(ActionContext context, CancellationToken ct)
    {
        var database = context.System.Database;
        var former = database.Writer;
        await database.FailOverAsync(ct);
        return new AppliedAction
        {
            Undo = token => RecoverAsync(database, former.Region, token),
            Disproof = async token => await ServerProbe.RefusesConnectionsAsync(former, token) ? null : $"{former.Region} still takes connections",
        };
    }

    private static async Task<AppliedAction> RebuildAsync(ActionContext context, CancellationToken ct)
    {
        await context.System.Database.RebuildAsync(context.Arguments.Target, ct);
        return AppliedAction.Final;
    }

    /// <summary>Brings a region back as what it must be now: the writer, if nobody was promoted, else the writer's standby.</summary>
    private static async Task RecoverAsync(DatabaseRegions database, string region, CancellationToken ct)
    {
        if (database.Writer.Region != region)
        {
            await database.RestoreAsync(ct);
            return;
        }

        if (!database[region].IsRunning)
        {
            await database[region].StartAsync(ct);
        }

        database.Forget();
    }
}
