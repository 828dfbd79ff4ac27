using System.Buffers;
using Microsoft.Extensions.Logging;
using Resilience.Internal;

namespace Resilience.Journal;

/// <summary>
/// An append-only log of one process, in files of bounded size. An append returns when the record is on the disk; all that
/// are waiting share one sync (group commit: D. DeWitt et al., "Implementation Techniques for Main Memory Database Systems",
/// 1984). A file goes when all of its records are released.
/// </summary>
/// <remarks>
/// <para>Thread-safe. One thread of its own writes, so appends end also while the thread pool is starved.</para>
/// <para>After a failed write or sync nothing more is written to that file: the kernel may have dropped the pages that it
/// could not write, and a second sync would say that all is well (A. Rebello et al., "Can Applications Recover from fsync
/// Failures?", 2020). The file ends at its last good byte and the next one is begun, so a disk that was full heals by itself.</para>
/// </remarks>
internal sealed partial class JournalLog : IDisposable
{
    private static readonly TimeSpan LongestClose = TimeSpan.FromSeconds(10);

    private readonly JournalOptions _options;
    private readonly IJournalDisk _disk;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly AutoResetEvent _work = new(false);
    private readonly Dictionary<long, Segment> _sealed = [];
    private readonly Thread _thread;
    private List<PendingAppend> _pending = [];
    private Segment? _current;
    private IJournalFile? _file;
    private long _next;
    private long _bytes;
    private bool _stopping;

    private JournalLog(JournalOptions options, IJournalDisk disk, ILogger logger)
    {
        _options = options;
        _disk = disk;
        _logger = logger;
        _thread = new Thread(Run) { IsBackground = true, Name = "dr-journal" };
    }

    /// <summary>The records that were there when it was opened, in the order in which they were appended.</summary>
    public IReadOnlyList<JournalRecord> Recovered { get; private set; } = [];

    /// <summary>Files that were set aside because they are broken inside, since it was opened.</summary>
    public int SetAside { get; private set; }

    /// <summary>The bytes of all files.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>Why the last append failed; null when it did not.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Opens the journal and finds what is in it.</summary>
    /// <exception cref="JournalException">The folder cannot be used.</exception>
    public static JournalLog Open(JournalOptions options, ILogger logger) => Open(options, new JournalDisk(options.Path), logger);

    public static JournalLog Open(JournalOptions options, IJournalDisk disk, ILogger logger)
    {
        var journal = new JournalLog(options, disk, logger);
        try
        {
            journal.Recover();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            disk.Dispose();
            throw exception as JournalException ?? new JournalException($"The journal in '{options.Path}' cannot be opened ({exception.GetType().Name}).", exception);
        }

        journal._thread.Start();
        return journal;
    }

    /// <summary>Appends a record.</summary>
    /// <param name="content">The record, 1 byte to <see cref="FrameFormat.MaxRecord"/>. Must not change until the task ends.</param>
    /// <param name="cancellationToken">Ends the wait; the record may be written all the same.</param>
    /// <returns>The file that holds it, when it is on the disk.</returns>
    /// <exception cref="JournalException">It is not: the journal is full, or the disk fails.</exception>
    public Task<long> AppendAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (content.Length is 0 or > FrameFormat.MaxRecord)
        {
            throw new ArgumentOutOfRangeException(nameof(content), content.Length, $"A record has 1 to {FrameFormat.MaxRecord} bytes.");
        }

        var append = new PendingAppend(content);
        lock (_lock)
        {
            if (_stopping)
            {
                throw new JournalException("The journal is closed.");
            }

            _pending.Add(append);
        }

        _work.Set();
        return append.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Says that a record is not needed any more. Once for each.</summary>
    /// <param name="segment">The file that holds it.</param>
    public void Release(long segment)
    {
        lock (_lock)
        {
            var holder = _current?.Number == segment ? _current : _sealed.GetValueOrDefault(segment);
            if (holder is null || --holder.Live > 0 || holder == _current)
            {
                return;
            }
        }

        _work.Set();
    }

    /// <summary>Writes what is waiting and closes the files.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_stopping)
            {
                return;
            }

            _stopping = true;
        }

        _work.Set();
        if (!_thread.Join(LongestClose))
        {
            // A disk that hangs must not keep the process; nobody was told that what waits is safe.
            return;
        }

        _file?.Dispose();
        _disk.Dispose();
        _work.Dispose();
    }

    private void Run()
    {
        while (true)
        {
            _work.WaitOne();
            List<PendingAppend> batch;
            bool last;
            lock (_lock)
            {
                (batch, _pending) = (_pending, []);
                last = _stopping;
            }

            Sweep();
            WriteAll(batch);
            if (last && _current is { Live: <= 0 })
            {
                // Nobody needs what it holds: the next run need not read it.
                Seal();
            }

            Sweep();
            if (last)
            {
                return;
            }
        }
    }

    private void WriteAll(List<PendingAppend> batch)
    {
        for (var done = 0; done < batch.Count;)
        {
            var some = Fitting(batch, done);
            if (some == 0)
            {
                batch[done++].SetException(new JournalException(
                    $"The journal in '{_options.Path}' is full: {Bytes} of {_options.MaxBytes} bytes. It empties when what it holds can be stored; DrResilience:Journal:MaxMegabytes makes it larger."));
                Trouble = "full";
                continue;
            }

            Write(batch, done, some);
            done += some;
        }
    }

    /// <summary>How many of the batch go into one frame of the current file, or of a new one.</summary>
    private int Fitting(List<PendingAppend> batch, int from)
    {
        var first = batch[from].Length;
        var left = Math.Max(_options.SegmentBytes - (_current?.Bytes ?? FrameFormat.FileHeader.Length), FrameFormat.FrameOf(first));
        var room = Math.Min(Math.Min(_options.MaxBytes - Bytes, left) - FrameFormat.FrameOf(0), FrameFormat.MaxFrame);
        var count = 0;
        while (from + count < batch.Count && room >= batch[from + count].Length)
        {
            room -= batch[from + count++].Length;
        }

        return count;
    }

    private void Write(List<PendingAppend> batch, int from, int count)
    {
        var content = 0;
        for (var i = from; i < from + count; i++)
        {
            content += batch[i].Length;
        }

        var bytes = FrameFormat.FrameOf(content);
        var buffer = ArrayPool<byte>.Shared.Rent(bytes);
        try
        {
            content = 0;
            for (var i = from; i < from + count; i++)
            {
                content = FrameFormat.Add(buffer, content, batch[i].Content.Span);
            }

            if (_current is not null && _current.Bytes + bytes > _options.SegmentBytes && _current.Bytes > FrameFormat.FileHeader.Length)
            {
                Seal();
            }

            var segment = _current ?? Begin();
            _file!.Append(FrameFormat.Close(buffer, content));
            _file.Sync();
            lock (_lock)
            {
                segment.Live += count;
            }

            segment.Bytes += bytes;
            Interlocked.Add(ref _bytes, bytes);
            Trouble = null;
            for (var i = from; i < from + count; i++)
            {
                batch[i].SetResult(segment.Number);
            }
        }
#pragma warning disable CA1031 // Whatever it is, those who wait must hear of it, and the thread goes on.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Abandon(exception);
            for (var i = from; i < from + count; i++)
            {
                batch[i].SetException(new JournalException(
                    $"The journal in '{_options.Path}' cannot be written ({exception.GetType().Name}). Look at the disk; it is tried again with the next record.", exception));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private Segment Begin()
    {
        var segment = new Segment(_next++);
        _file = _disk.Create(segment.Name);
        lock (_lock)
        {
            _current = segment;
        }

        // By itself, so that a header that cannot be read is damage and not the trace of a crash.
        _file.Append(FrameFormat.FileHeader);
        _file.Sync();
        segment.Bytes = FrameFormat.FileHeader.Length;
        Interlocked.Add(ref _bytes, segment.Bytes);
        return segment;
    }

    private void Seal()
    {
        _file?.Dispose();
        _file = null;
        lock (_lock)
        {
            if (_current is not null)
            {
                _sealed.Add(_current.Number, _current);
                _current = null;
            }
        }
    }

    /// <summary>The file ends at its last good byte; nothing more is written to it.</summary>
    private void Abandon(Exception exception)
    {
        if (Trouble != "disk")
        {
            Trouble = "disk";
            Guarded.Run(() => LogFailed(_logger, exception, _options.Path));
        }

        var failed = _current;
        Seal();
        if (failed is not null)
        {
            // What cannot be cut off is found by its CRC when the journal is opened.
            Guarded.Run(() => _disk.Truncate(failed.Name, failed.Bytes));
        }
    }

    /// <summary>Deletes the files that nobody needs.</summary>
    private void Sweep()
    {
        List<Segment> gone;
        lock (_lock)
        {
            gone = [.. _sealed.Values.Where(segment => segment.Live <= 0)];
            gone.ForEach(segment => _sealed.Remove(segment.Number));
        }

        foreach (var segment in gone)
        {
            Interlocked.Add(ref _bytes, -segment.Bytes);
            Guarded.Run(() => _disk.Delete(segment.Name));
        }
    }
}
