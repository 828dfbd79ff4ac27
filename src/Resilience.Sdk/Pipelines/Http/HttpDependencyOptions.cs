namespace Resilience.Pipelines.Http;

/// <summary>How HTTP requests are treated (<c>DrResilience:Dependencies:{name}:Http</c>).</summary>
public sealed record HttpDependencyOptions
{
    /// <summary>
    /// The hosts of the dependency, for clients with <c>AddDrDependencies()</c>: a host, or <c>*.</c> and a domain for all
    /// hosts below it, and <c>:port</c> behind either for one port only. The most specific pattern decides. Not
    /// inherited from <c>Defaults</c>.
    /// </summary>
    /// <value>Empty by default. No two dependencies may have the same pattern.</value>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Whether each authority (scheme, host and port) gets breaker, bulkhead and budget of its own.</summary>
    /// <value>False by default: the dependency is one, whatever hosts it has.</value>
    public bool ByAuthority { get; init; }

    /// <summary>
    /// Whether every method is repeated. Otherwise GET, HEAD, OPTIONS, TRACE, PUT and DELETE are (RFC 9110, 9.2.2), and
    /// others only with an <c>Idempotency-Key</c>, or when nothing was sent.
    /// </summary>
    /// <value>False by default.</value>
    public bool RepeatUnsafeMethods { get; init; }

    /// <summary>The largest body that is kept to be sent again, or beside itself, in bytes. A larger one is sent once.</summary>
    /// <value>65536 by default; 0 to 16777216.</value>
    public int MaxReplayedBody { get; init; } = 64 * 1024;

    /// <summary>Whether the time left is sent along, in the header <c>X-Dr-Timeout-Ms</c>.</summary>
    /// <value>True by default.</value>
    public bool SendDeadline { get; init; } = true;
}
