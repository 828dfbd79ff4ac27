namespace Resilience.TestKit;

/// <summary>A primary and a streaming standby, each with its own address, port and data directory.</summary>
/// <remarks>
/// The names are places, not roles: after a promotion <see cref="West"/> is the primary. Further regions and servers of
/// another cluster are started with <see cref="PostgresServer"/> itself.
/// </remarks>
public sealed class TwoRegionPostgres : IAsyncDisposable
{
    private TwoRegionPostgres(PostgresServer east, PostgresServer west) => (East, West) = (east, west);

    /// <summary>The region that started as the primary.</summary>
    public PostgresServer East { get; }

    /// <summary>The region that started as the standby.</summary>
    public PostgresServer West { get; }

    /// <summary>Both regions, <see cref="East"/> first.</summary>
    public IReadOnlyList<PostgresServer> All => [East, West];

    /// <summary>Starts both regions; returns when the standby streams.</summary>
    /// <param name="options">Names, addresses and settings; the defaults when null.</param>
    /// <param name="ct">Gives up and ends what was started.</param>
    /// <returns>The running pair; disposing of it ends both servers and removes their directories.</returns>
    /// <exception cref="MissingCapabilityException">PostgreSQL is not installed.</exception>
    public static async Task<TwoRegionPostgres> StartAsync(TwoRegionPostgresOptions? options = null, CancellationToken ct = default)
    {
        options ??= new TwoRegionPostgresOptions();
        var east = await PostgresServer.StartPrimaryAsync(options.East, ct);
        PostgresServer? west = null;
        try
        {
            west = await PostgresServer.StartStandbyOfAsync(east, options.West, ct);
            if (options.SynchronousReplication)
            {
                await east.SetAsync("synchronous_standby_names", $"\"{west.Region}\"", ct);
            }

            return new TwoRegionPostgres(east, west);
        }
        catch
        {
            if (west is not null)
            {
                await west.DisposeAsync();
            }

            await east.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await West.DisposeAsync();
        }
        finally
        {
            await East.DisposeAsync();
        }
    }
}
