using GameDay.Checks;
using GameDay.Timing;
using Npgsql;
using Resilience.TestKit;

namespace GameDay.Deployment;

/// <summary>
/// The two regions of the database and who writes. Every loss of a writer and every promotion goes through here, so that there is
/// one account of both, with proof from the servers themselves. For one caller at a time.
/// </summary>
internal sealed class DatabaseRegions(TwoRegionPostgres servers, RunClock clock)
{
    private readonly List<RegionLoss> _losses = [];
    private readonly List<FormerWriter> _formerWriters = [];

    public IReadOnlyList<PostgresServer> All => servers.All;

    /// <summary>Where acknowledged payments must be: the region that was promoted last, else the one that wrote from the start.</summary>
    public PostgresServer Writer { get; private set; } = servers.East;

    public PostgresServer Standby => servers.All.Single(server => server != Writer);

    /// <summary>The losses that ended with a promotion, and one that is under way.</summary>
    public IReadOnlyList<RegionLoss> Losses => _losses;

    /// <summary>What former writers had when they were rebuilt, for the check that nothing was committed on them.</summary>
    public IReadOnlyList<FormerWriter> FormerWriters => _formerWriters;

    public PostgresServer this[string region] => servers.All.Single(server => server.Region == region);

    /// <summary>Takes a region away. If it writes, a loss begins, which ends with a promotion or with <see cref="Forget"/>.</summary>
    /// <param name="region">The region.</param>
    /// <param name="take">How it is taken.</param>
    /// <param name="isGone">Asks the server, or whoever stands before it.</param>
    public async Task LoseAsync(string region, Func<Task> take, Func<Task<bool>> isGone)
    {
        var writes = this[region] == Writer;
        if (writes)
        {
            _losses.Add(new RegionLoss { Dead = region, Survivor = Standby.Region, LostAt = clock.Now });
        }

        await take();
        if (writes)
        {
            _losses[^1] = _losses[^1] with { IsDead = await isGone() };
        }
    }

    /// <summary>The writer is back before anybody was promoted.</summary>
    public void Forget() => _losses.RemoveAll(loss => loss.PromotedAt is null);

    public Task PromoteAsync(string region, CancellationToken ct) => PromoteAsync(region, clock.Now, this[region].PromoteAsync(ct), ct);

    /// <summary>Kills the writer while its standby is being promoted, as a managed database does that replaces its writer.</summary>
    public async Task FailOverAsync(CancellationToken ct)
    {
        var (writer, standby, ordered) = (Writer, Standby, clock.Now);
        var promoting = standby.PromoteAsync(ct);
        await LoseAsync(writer.Region, () => writer.KillAsync(ct), () => ServerProbe.RefusesConnectionsAsync(writer, ct));
        await PromoteAsync(standby.Region, ordered, promoting, ct);
    }

    /// <summary>Makes a region the standby of the writer. What it had as a writer is kept for the checks.</summary>
    public async Task RebuildAsync(string region, CancellationToken ct)
    {
        var former = this[region];
        if (former == Writer)
        {
            throw new InvalidOperationException($"'{region}' writes; it cannot be rebuilt as a standby.");
        }

        // One that runs and cannot be asked must not be rebuilt: the only proof would be gone.
        if (former.IsRunning && !await ServerProbe.IsInRecoveryAsync(former, ct))
        {
            await KeepRowsAsync(former, ct);
        }

        await former.RebuildAsStandbyOfAsync(Writer, ct);
        await former.WaitUntilCaughtUpAsync(Writer, ct);
    }

    /// <summary>Brings both regions back to a writer and a streaming standby, whatever happened.</summary>
    public async Task RestoreAsync(CancellationToken ct)
    {
        if (!Writer.IsRunning)
        {
            await Writer.StartAsync(ct);
        }

        if (!Standby.IsRunning || await ServerProbe.IsWritableAsync(Standby, ct))
        {
            await RebuildAsync(Standby.Region, ct);
        }
    }

    private async Task PromoteAsync(string region, TimeSpan ordered, Task promoting, CancellationToken ct)
    {
        var promoted = this[region];
        if (_losses is not [.., { PromotedAt: null }])
        {
            _losses.Add(new RegionLoss { Dead = Writer.Region, Survivor = region, LostAt = clock.Now, IsDead = !await ServerProbe.AnswersAsync(Writer, ct) });
        }

        var loss = _losses[^1] with { PromotionOrderedAt = ordered };
        await promoting;
        (loss, Writer) = (loss with { PromotedAt = clock.Now }, promoted);
        _losses[^1] = loss with
        {
            IsWritable = await ServerProbe.IsWritableAsync(promoted, ct),
            ReplicatedUntil = await ServerProbe.LastReplayedCommitAsync(promoted, ct) is { } utc ? clock.FromUtc(utc) : null,
        };
    }

    private async Task KeepRowsAsync(PostgresServer former, CancellationToken ct)
    {
        try
        {
            var promotedAt = _losses.LastOrDefault(loss => loss.Dead == former.Region)?.PromotedAt ?? TimeSpan.MaxValue;
            _formerWriters.Add(new FormerWriter(former.Region, promotedAt, [.. (await SurvivorLedger.ReadAsync(former.AdminConnectionString, ct)).Values]));
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            // It was lost before the service made its tables.
        }
    }
}
