using System.Data;
using Npgsql;
using Resilience.Postgres.Pooling;
using Resilience.Regions;

namespace Resilience.Postgres;

/// <summary>Where writes go. Replaced as a whole; a call keeps the one it started with.</summary>
internal sealed class WriterRoute
{
    private readonly RegionSet _set;
    private readonly StateChangeEventHandler _onStateChange;
    private readonly CancellationToken _gone;
    private int _served;

    public WriterRoute(RegionSet set, RegionEndpoint endpoint, Reign reign)
    {
        _set = set;
        Endpoint = endpoint;
        Pool = endpoint.Pool;
        _gone = Pool.Gone;
        Reign = reign;
        _onStateChange = OnStateChange;
    }

    public RegionEndpoint Endpoint { get; }

    public RegionPool Pool { get; }

    public string Region => Endpoint.Region;

    public Reign Reign { get; }

    public long Generation => Reign.Generation;

    /// <summary>True for the first caller only: who asks first saw the first success on this route.</summary>
    public bool FirstServed() => Volatile.Read(ref _served) == 0 && Interlocked.Exchange(ref _served, 1) == 0;

    /// <summary>Opens a connection and watches it.</summary>
    public ValueTask<NpgsqlConnection> OpenAsync(TimeSpan longest, CancellationToken cancellationToken) =>
        Pool.OpenAsync(_onStateChange, longest, _gone, cancellationToken);

    /// <summary>The same, blocking the thread.</summary>
    public NpgsqlConnection Open(TimeSpan longest) => Pool.Open(_onStateChange, longest, _gone);

    /// <summary>
    /// A connection that leaves our hands still tells us when it breaks, so that the monitors look at once.
    /// One cached delegate per route: watching allocates nothing.
    /// </summary>
    public NpgsqlConnection Watch(NpgsqlConnection connection)
    {
        connection.StateChange += _onStateChange;
        return connection;
    }

    /// <summary>Tells the monitors of a failed call. Never blocks, never throws.</summary>
    /// <returns>What the caller should wait out.</returns>
    public SeenFailure Report(RegionFailure failure) => new(Generation, _set.Observe(Endpoint, Generation, failure));

    private void OnStateChange(object sender, StateChangeEventArgs change)
    {
        if (change.CurrentState != ConnectionState.Closed)
        {
            return;
        }

        if (((NpgsqlConnection)sender).FullState == ConnectionState.Broken)
        {
            Report(new RegionFailure(RegionFailureKind.Broken, "a connection in use broke"));
        }
        else
        {
            Pool.Returned();
        }
    }
}
