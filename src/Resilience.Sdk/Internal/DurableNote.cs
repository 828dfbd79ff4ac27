using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Resilience.Internal;

/// <summary>
/// One small thing that outlives the process, as JSON in a file of its own. Written beside everything else, in the order it was given:
/// a failing disk delays nobody, is told of once, and leaves what was there before.
/// </summary>
/// <param name="path">The file; null keeps nothing.</param>
/// <param name="format">How it is written.</param>
/// <param name="time">The clock.</param>
internal sealed class DurableNote<T>(string? path, JsonTypeInfo<T> format, TimeProvider time) : IAsyncDisposable
    where T : class
{
    private readonly BackgroundSequence _writes = new(time);
    private T? _latest;
    private int _isQueued;
    private bool _hasFailed;

    /// <summary>The file; null when nothing is kept.</summary>
    public string? Path => path;

    /// <summary>Told with the file and the reason when it cannot be written; again only after it could be.</summary>
    public required Action<string, string> OnNotWritten { get; init; }

    /// <summary>Told with the file and the reason when what is there cannot be read.</summary>
    public required Action<string, string> OnNotRead { get; init; }

    /// <returns>Null when there is none, or it cannot be read.</returns>
    public T? Read()
    {
        if (path is null)
        {
            return null;
        }

        try
        {
            using var file = File.OpenRead(path);
            return JsonSerializer.Deserialize(file, format);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            Guarded.Run(() => OnNotRead(path, exception.Message));
            return null;
        }
    }

    /// <summary>Ends when the last that was given is on the disk, or could not be written.</summary>
    public Task Written { get; private set; } = Task.CompletedTask;

    /// <summary>Takes the place of what has not been written yet: however long a disk hangs, one waits.</summary>
    /// <returns>Ends when it, or something later, is on the disk, or could not be written. One caller at a time.</returns>
    public Task Write(T value)
    {
        Volatile.Write(ref _latest, value);
        if (path is not null && Interlocked.Exchange(ref _isQueued, 1) == 0)
        {
            Written = _writes.Add(() =>
            {
                Interlocked.Exchange(ref _isQueued, 0);
                Replace(path, Volatile.Read(ref _latest)!);
            });
        }

        return Written;
    }

    /// <summary>Waits until all that was given has been written, for 5 seconds at most.</summary>
    public ValueTask DisposeAsync() => _writes.DisposeAsync();

    private void Replace(string file, T value)
    {
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(file)!);
            DurableFiles.Replace(file, JsonSerializer.SerializeToUtf8Bytes(value, format));
            _hasFailed = false;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            if (!_hasFailed)
            {
                Guarded.Run(() => OnNotWritten(file, exception.Message));
            }

            _hasFailed = true;
        }
    }
}
