using System.Text.Json;
using Microsoft.Extensions.Logging;
using Resilience.Internal;
using Resilience.Regions;

namespace Resilience.Postgres;

/// <summary>
/// Keeps the highest term of one database in a file, so that an old writer cannot fool a process that has just started and
/// does not reach the new one. Written beside everything else after each change: a failing disk delays nobody, is logged once,
/// and leaves what was known before.
/// </summary>
/// <remarks>Thread-safe. A process that dies between a switch and its note of it, a few milliseconds, starts with the term before.</remarks>
internal sealed partial class TermMemory : IAsyncDisposable
{
    private readonly string _dependency;
    private readonly string? _path;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly BackgroundSequence _writes;
    private RememberedTerm? _latest;
    private bool _hasFailed;

    /// <param name="dependency">Whose term it is.</param>
    /// <param name="folder">Where the file is kept; null keeps nothing.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">For files that cannot be read or written.</param>
    public TermMemory(string dependency, string? folder, TimeProvider time, ILogger logger)
    {
        _writes = new BackgroundSequence(time);
        _dependency = dependency;
        _logger = logger;
        if (folder is not null)
        {
            _path = Path.Combine(folder, $"term-{Uri.EscapeDataString(dependency)}.json");
            _latest = Read();
        }
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

            var latest = new RememberedTerm(systemIdentifier, term, _path);
            _latest = latest;
            _writes.Add(() => Write(latest));
        }
    }

    public ValueTask DisposeAsync() => _writes.DisposeAsync();

    private void Write(RememberedTerm term)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            DurableFiles.Replace(_path!, JsonSerializer.SerializeToUtf8Bytes(
                new TermFile(_dependency, term.SystemIdentifier, term.Term.Epoch, term.Term.Timeline), TermFileJson.Default.TermFile));
            _hasFailed = false;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            if (!_hasFailed)
            {
                Guarded.Run(() => LogNotWritten(_logger, _dependency, _path!, exception.Message));
            }

            _hasFailed = true;
        }
    }

    private RememberedTerm? Read()
    {
        try
        {
            using var file = File.OpenRead(_path!);
            return JsonSerializer.Deserialize(file, TermFileJson.Default.TermFile) is { } kept
                ? new RememberedTerm(kept.SystemIdentifier, new WriterTerm(kept.Epoch, kept.Timeline), _path!)
                : null;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            Guarded.Run(() => LogNotRead(_logger, _dependency, _path!, exception.Message));
            return null;
        }
    }

    [LoggerMessage(1024, LogLevel.Warning, "'{Dependency}': the highest term seen cannot be kept in '{Path}' ({Reason}). Until it can, a restart that reaches only a former writer would not know it")]
    private static partial void LogNotWritten(ILogger logger, string dependency, string path, string reason);

    [LoggerMessage(1025, LogLevel.Error, "'{Dependency}': the highest term of an earlier run cannot be read from '{Path}' ({Reason}). It is as if this were the first run: make sure that no former writer is up")]
    private static partial void LogNotRead(ILogger logger, string dependency, string path, string reason);
}
