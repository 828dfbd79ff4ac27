namespace Resilience.TestKit;

/// <summary>A port of HAProxy and the servers among which it shares what comes there.</summary>
public sealed record HaproxyListener
{
    /// <summary>Its name in the state and in the log; letters, digits, '-', '_' and '.'.</summary>
    public required string Name { get; init; }

    /// <summary>The servers, in turn; at least one.</summary>
    public required IReadOnlyList<HaproxyServer> Servers { get; init; }

    /// <summary>The address to listen on.</summary>
    /// <value>Default 127.0.0.1.</value>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>The port to listen on.</summary>
    /// <value>Default null: a free one; see <see cref="HaproxyProcess.PortOf"/>.</value>
    public int? Port { get; init; }

    /// <summary>Whether it passes requests on, or else the bytes of connections as they are.</summary>
    /// <value>Default true.</value>
    public bool Http { get; init; } = true;

    /// <summary>The path that a server must answer with success to get requests.</summary>
    /// <value>Default null: servers are not checked.</value>
    public string? CheckPath { get; init; }

    /// <summary>How often servers are checked; a check that takes longer has failed.</summary>
    /// <value>Default 500 ms; from 10 ms to 1 minute.</value>
    public TimeSpan CheckInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How many checks in a row must fail before a server gets no more requests.</summary>
    /// <value>Default 2; from 1 to 100. One success brings it back.</value>
    public int Fall { get; init; } = 2;

    /// <summary>Whether a request that a server did not get goes to another one, and a GET or HEAD also when its answer did not come.</summary>
    /// <value>Default true. Other methods are not sent twice, because the server may have done what they ask; but a
    /// client that finds the connection closed that it had kept may do so itself.</value>
    public bool Retries { get; init; } = true;

    /// <summary>How long connecting to a server may take.</summary>
    /// <value>Default 1 s; from 10 ms to 1 hour.</value>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a client or server may say nothing while it should.</summary>
    /// <value>Default 30 s; from 10 ms to 1 hour.</value>
    public TimeSpan SilenceTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
