using System.Text.Json;
using Microsoft.Extensions.Logging;
using Resilience.DependencyInjection;
using Resilience.Evidence;
using Resilience.Internal;

namespace Resilience.AspNetCore.Operations.Changes;

/// <summary>
/// Who changed what: in the log, the last of them in memory, and all in <c>decisions.jsonl</c> in <c>DrResilience:Journal:Path</c>.
/// An incident may be a full disk, so a change that cannot be kept is made all the same, and the log says so.
/// </summary>
internal sealed partial class ChangeRecord(SettingsMonitor settings, TimeProvider time, ILogger<ChangeRecord> logger) : IAsyncDisposable
{
    private const int MostKept = 100;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly EvidenceFile _file = new(settings.Current.Journal.Path, "decisions", time, logger);
    private readonly Lock _lock = new();
    private readonly Queue<OperatorChange> _last = [];

    /// <summary>Keeps a change; ends when it is on the disk, or when the disk takes too long or refuses.</summary>
    public async Task AddAsync(OperatorChange change)
    {
        lock (_lock)
        {
            _last.Enqueue(change);
            if (_last.Count > MostKept)
            {
                _last.Dequeue();
            }
        }

        Guarded.Run(() => LogChange(logger, change.Principal, change.Action, change.Dependency, change.Region, change.Status));
        await ((Task)_file.AppendAsync(change.Write)).WaitAsync(Patience, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>The last of this process, oldest first.</summary>
    public void WriteList(Utf8JsonWriter json)
    {
        OperatorChange[] last;
        lock (_lock)
        {
            last = [.. _last];
        }

        json.WriteStartArray();
        foreach (var change in last)
        {
            change.Write(json);
        }

        json.WriteEndArray();
    }

    public ValueTask DisposeAsync() => _file.DisposeAsync();

    [LoggerMessage(1450, LogLevel.Warning, "'{Principal}' asked for '{Action}' of '{Dependency}' (region '{Region}'): answered {Status}")]
    private static partial void LogChange(ILogger logger, string principal, string action, string dependency, string? region, int status);
}
