using System.Globalization;
using Resilience.TestKit;

namespace GameDay.Deployment;

/// <summary>The disks that an experiment can fill or take the power from.</summary>
internal sealed class SystemDisks : IAsyncDisposable
{
    private const int SmallMegabytes = 48;
    private const int JournalMegabytes = 32;

    private SmallDisk? _database;
    private SmallDisk? _journal;
    private LoopDisk? _power;

    public static async Task<SystemDisks> MountAsync(DeploymentSpec spec, DatabaseRegions database, CancellationToken ct)
    {
        var disks = new SystemDisks();
        try
        {
            if (spec.SmallDatabaseDisk)
            {
                disks._database = await SmallDisk.MountAsync(SmallMegabytes, ct);
                await database.Writer.MoveTablesAsync(disks._database, ct);
            }

            disks._journal = spec.JournalDisk == JournalDisk.Small ? await SmallDisk.MountAsync(JournalMegabytes, ct) : null;
            disks._power = spec.JournalDisk == JournalDisk.PowerLoss ? await LoopDisk.MountAsync(JournalMegabytes, ct) : null;
            return disks;
        }
        catch
        {
            await disks.DisposeAsync();
            throw;
        }
    }

    /// <summary>Where the journal of a replica lies; null for where the service puts it itself.</summary>
    public string? JournalOf(int replica) =>
        (_journal?.Path ?? _power?.Path) is { } path ? Path.Combine(path, string.Create(CultureInfo.InvariantCulture, $"journal-{replica}")) : null;

    /// <summary>Takes all room; disposing of what is returned gives it back.</summary>
    public IDisposable Fill(string which) => (which == "database" ? _database! : _journal!).Fill();

    public long FreeBytesOf(string which) => new DriveInfo((which == "database" ? _database! : _journal!).Path).AvailableFreeSpace;

    /// <summary>Ends a replica together with its disk, which then has what was synced and nothing more.</summary>
    public async Task LosePowerAsync(Replica replica, CancellationToken ct)
    {
        await replica.Service.KillAsync(ct);
        await _power!.LosePowerAsync(ct);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var disk in new IAsyncDisposable?[] { _database, _journal, _power })
        {
            if (disk is not null)
            {
                await disk.DisposeAsync();
            }
        }
    }
}
