using Npgsql;

namespace Resilience.Postgres;

/// <summary>Where writes go. Replaced as a whole; a call keeps the one it started with.</summary>
internal sealed class WriterRoute(RegionEndpoint endpoint, long generation)
{
    private int _served;

    public RegionEndpoint Endpoint => endpoint;

    public NpgsqlDataSource Pool { get; } = endpoint.Pool;

    public string Region => endpoint.Region;

    public long Generation => generation;

    /// <summary>True for the first caller only: who asks first saw the first success on this route.</summary>
    public bool FirstServed() => Volatile.Read(ref _served) == 0 && Interlocked.Exchange(ref _served, 1) == 0;
}
