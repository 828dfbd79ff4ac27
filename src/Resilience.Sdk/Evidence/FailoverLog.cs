using System.Text.Json;
using Microsoft.Extensions.Logging;
using Resilience.Internal;

namespace Resilience.Evidence;

/// <summary>
/// Keeps each record as a line of JSON in a file that survives the process. A record is written when writes have moved and again
/// with its first success; the last line of an id counts. Synced line by line, beside everything else: a failing disk delays
/// nobody and is logged. One for all databases of a process, because they share the file. At <see cref="MostBytes"/> the file becomes <c>failovers.old.jsonl</c>, in the place of the one before.
/// </summary>
internal sealed partial class FailoverLog(string folder, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private const long MostBytes = 8 * 1024 * 1024;
    private const byte NewLine = (byte)'\n';
    private readonly BackgroundSequence _writes = new(time);
    private readonly string _path = Path.Combine(folder, "failovers.jsonl");

    public void Append(FailoverRecord record) => _writes.Add(() => Write(record));

    public ValueTask DisposeAsync() => _writes.DisposeAsync();

    private void Write(FailoverRecord record)
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
                FailoverJson.Write(json, record);
            }

            line.WriteByte(NewLine);
            if (File.Exists(_path) && new FileInfo(_path).Length > MostBytes)
            {
                File.Move(_path, Path.Combine(folder, "failovers.old.jsonl"), overwrite: true);
            }

            using var file = new FileStream(_path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            file.Write(line.ToArray());
            file.Flush(flushToDisk: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Guarded.Run(() => LogNotWritten(logger, record.Dependency, _path, exception.Message));
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

    [LoggerMessage(1026, LogLevel.Warning, "'{Dependency}': the record of a failover cannot be kept in '{Path}' ({Reason}). It is in this process and on /health only")]
    private static partial void LogNotWritten(ILogger logger, string dependency, string path, string reason);
}
