using Npgsql;

namespace Resilience.Postgres.Probing;

/// <summary>
/// What the probes of one region share: where their connections come from, and the kind of server that was found there last. One
/// source for all of them, so that a password provider is asked for connections and not for probes.
/// </summary>
internal sealed class ProbeSource(NpgsqlDataSource unpooled, NameLookup name) : IAsyncDisposable, IDisposable
{
    private ServerDialect? _dialect;

    /// <summary>The dialect of the last server that answered; null before the first. A new connection asks again, in the round trip of its first probe.</summary>
    public ServerDialect? Dialect
    {
        get => Volatile.Read(ref _dialect);
        set => Volatile.Write(ref _dialect, value);
    }

    /// <summary>Resolves the server's name, which Npgsql must not do by itself.</summary>
    public NameLookup Name => name;

    public NpgsqlConnection CreateConnection() => unpooled.CreateConnection();

    public ValueTask DisposeAsync() => unpooled.DisposeAsync();

    public void Dispose() => unpooled.Dispose();
}
