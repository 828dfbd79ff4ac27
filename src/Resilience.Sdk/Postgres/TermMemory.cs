using Microsoft.Extensions.Logging;
using Resilience.Internal;
using Resilience.Regions;

namespace Resilience.Postgres;

/// <summary>
/// Keeps the highest term of one database in a file, so that an old writer cannot fool a process that has just started and
/// does not reach the new one. After a failing write what was known before is still there.
/// </summary>
/// <remarks>Thread-safe. A process that dies between a switch and its note of it, a few milliseconds, starts with the term before.</remarks>
internal sealed partial class TermMemory : IAsyncDisposable
{
    private readonly string _dependency;
    private readonly string? _path;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly DurableNote<TermFile> _note;
    private RememberedTerm? _latest;

    /// <param name="dependency">Whose term it is.</param>
    /// <param name="folder">Where the file is kept; null keeps nothing.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">For files that cannot be read or written.</param>
    public TermMemory(string dependency, string? folder, TimeProvider time, ILogger logger)
    {
        _dependency = dependency;
        _logger = logger;
        _path = folder is null ? null : Path.Combine(folder, $"term-{Uri.EscapeDataString(dependency)}.json");
        _note = new DurableNote<TermFile>(_path, PostgresNotes.Default.TermFile, time)
        {
            OnNotWritten = (path, reason) => LogNotWritten(_logger, _dependency, path, reason),
            OnNotRead = (path, reason) => LogNotRead(_logger, _dependency, path, reason),
        };
        _latest = _note.Read() is { } kept ? new RememberedTerm(kept.SystemIdentifier, new WriterTerm(kept.Epoch, kept.Timeline), _path!) : null;
    }

    /// <summary>What is known from earlier, or was seen since.</summary>
    public RememberedTerm? Latest
    {
        get
        {
            lock (_lock)
            {
                return _latest;
            }
        }
    }

    /// <summary>Takes note of a term; a lower one of the same cluster changes nothing.</summary>
    public void Remember(long systemIdentifier, WriterTerm term)
    {
        if (_path is null)
        {
            return;
        }

        lock (_lock)
        {
            if (_latest is { } known && known.SystemIdentifier == systemIdentifier && known.Term >= term)
            {
                return;
            }

            _latest = new RememberedTerm(systemIdentifier, term, _path);
            _ = _note.Write(new TermFile(_dependency, systemIdentifier, term.Epoch, term.Timeline));
        }
    }

    public ValueTask DisposeAsync() => _note.DisposeAsync();

    [LoggerMessage(1024, LogLevel.Warning, "'{Dependency}': the highest term seen cannot be kept in '{Path}' ({Reason}). Until it can, a restart that reaches only a former writer would not know it")]
    private static partial void LogNotWritten(ILogger logger, string dependency, string path, string reason);

    [LoggerMessage(1025, LogLevel.Error, "'{Dependency}': the highest term of an earlier run cannot be read from '{Path}' ({Reason}). It is as if this were the first run: make sure that no former writer is up")]
    private static partial void LogNotRead(ILogger logger, string dependency, string path, string reason);
}
