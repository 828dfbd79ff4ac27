using Microsoft.Extensions.Logging;
using Npgsql;
using Resilience.Evidence;
using Resilience.Internal;

namespace Resilience.Postgres;

/// <summary>What successive sets of one database share.</summary>
/// <param name="Dependency">The dependency's name.</param>
/// <param name="Clock">The clock of all its moments.</param>
/// <param name="NewRandom">Makes the jitter of one loop.</param>
/// <param name="Configure">The application's own changes to each region's data source.</param>
/// <param name="Recorder">Keeps the evidence.</param>
/// <param name="Terms">Keeps the highest term across restarts.</param>
/// <param name="Hold">Who holds all switches.</param>
/// <param name="Logger">For transitions.</param>
/// <param name="LoggerFactory">For Npgsql's own logs.</param>
internal sealed record RegionSetContext(
    string Dependency,
    MonotonicClock Clock,
    Func<Random> NewRandom,
    Action<string, NpgsqlDataSourceBuilder>? Configure,
    FailoverRecorder Recorder,
    TermMemory Terms,
    SwitchHold Hold,
    ILogger Logger,
    ILoggerFactory LoggerFactory)
{
    /// <summary>Moves the writes to another region, as planned; null when the application has registered nothing that does.</summary>
    public Func<SwitchoverRequest, CancellationToken, Task>? Switchover { get; init; }
}
