using System.Text.Json;
using Microsoft.Extensions.Logging;
using Resilience.Internal;

namespace Resilience.Evidence;

/// <summary>
/// Keeps what happened as lines of JSON in a file that survives the process. Synced line by line, beside everything else: a failing
/// disk is logged and delays nobody who does not wait. At <see cref="MostBytes"/> the file becomes <c>name.old.jsonl</c>, in the place
/// of the one before. Thread-safe; one for each file of a process.
/// </summary>
internal sealed partial class EvidenceFile(string folder, string name, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private const long MostBytes = 8 * 1024 * 1024;
    private const byte NewLine = (byte)'\n';
    private readonly BackgroundSequence _writes = new(time);
    private readonly string _path = Path.Combine(folder, name + ".jsonl");

    /// <summary>Adds a line.</summary>
    /// <param name="write">Writes one object. Called later, on another thread.</param>
    /// <returns>A task that ends when the line is on the disk, with true, or cannot be kept, with false. It never fails.</returns>
    public Task<bool> AppendAsync(Action<Utf8JsonWriter> write)
    {
        var kept = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = _writes.Add(() => kept.SetResult(TryWrite(write)));
        return kept.Task;
    }

    public ValueTask DisposeAsync() => _writes.DisposeAsync();

    private bool TryWrite(Action<Utf8JsonWriter> write)
    {
        try
        {
            Directory.CreateDirectory(folder);
            using var line = new MemoryStream();
            if (IsTorn())
            {
                line.WriteByte(NewLine);
            }

            using (var json = new Utf8JsonWriter(line))
            {
                write(json);
            }

            line.WriteByte(NewLine);
            if (File.Exists(_path) && new FileInfo(_path).Length > MostBytes)
            {
                File.Move(_path, Path.Combine(folder, name + ".old.jsonl"), overwrite: true);
            }

            using var file = new FileStream(_path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            file.Write(line.ToArray());
            file.Flush(flushToDisk: true);
            return true;
        }
#pragma warning disable CA1031 // Whatever went wrong, whoever waits must be told that it is not kept.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Guarded.Run(() => LogNotWritten(logger, _path, exception.Message));
            return false;
        }
    }

    /// <summary>A crash or a full disk may have left half a line, which must not spoil the next.</summary>
    private bool IsTorn()
    {
        if (!File.Exists(_path))
        {
            return false;
        }

        using var file = File.OpenRead(_path);
        file.Seek(-Math.Min(1, file.Length), SeekOrigin.End);
        return file.Length > 0 && file.ReadByte() != NewLine;
    }

    [LoggerMessage(1026, LogLevel.Warning, "What happened cannot be kept in '{Path}' ({Reason}). It is in this process and in its log only")]
    private static partial void LogNotWritten(ILogger logger, string path, string reason);
}
