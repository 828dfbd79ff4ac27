using System.Globalization;
using Resilience.TestKit.Processes;
using Resilience.TestKit.Services;

namespace Resilience.TestKit;

/// <summary>The wall clock of a service is wrong, by as much as is said while it runs; the machine's is not touched.</summary>
/// <remarks>
/// By libfaketime in the service's process, whose timers and time-outs go on as before, and whose files keep their true times.
/// The offset is in a file of the run's directory: when this process is killed, the next run ends the service and removes the file
/// (<see cref="Leftovers"/>). Several services may share one. Safe for concurrent use.
/// </remarks>
public sealed class ClockSkew : IDisposable
{
    private const string Library = "libfaketimeMT.so.1";
    private static readonly TimeSpan Most = TimeSpan.FromDays(3650);
    private static readonly string? Found = Find();

    private readonly Lock _gate = new();
    private readonly string _directory;
    private readonly string _file;
    private TimeSpan _offset;
    private bool _disposed;

    private ClockSkew(string library)
    {
        _directory = RunDirectory.CreateDirectory("clock");
        _file = Path.Combine(_directory, "offset");
        Write_NeedsLock(TimeSpan.Zero);
        var preloaded = System.Environment.GetEnvironmentVariable("LD_PRELOAD");
        Environment = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["LD_PRELOAD"] = string.IsNullOrEmpty(preloaded) ? library : $"{preloaded}:{library}",
            ["FAKETIME_TIMESTAMP_FILE"] = _file,
            // A change would be seen after 10 s only; without any cache the file is read at each look at a clock, which takes the service all its time.
            ["FAKETIME_CACHE_DURATION"] = "1",
            ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
            ["NO_FAKE_STAT"] = "1",
        };
    }

    /// <summary>What is missing, and the way out; null when clocks can be skewed.</summary>
    public static string? Missing => Found is null ? $"'{Library}' is not installed; install it with: apt-get install -y faketime" : null;

    /// <summary>For <see cref="ServiceProcessOptions.Environment"/>, before the service is started.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; }

    /// <summary>How much the service's clock is ahead.</summary>
    public TimeSpan Offset
    {
        get
        {
            lock (_gate)
            {
                return _offset;
            }
        }
    }

    /// <summary>Prepares a clock that is right until <see cref="Set"/> is called.</summary>
    /// <returns>The clock; disposing of it sets it right.</returns>
    /// <exception cref="MissingCapabilityException">libfaketime is not installed.</exception>
    public static ClockSkew Create()
    {
        if (Found is not { } library)
        {
            throw new MissingCapabilityException(Missing!);
        }

        TestKitLifetime.Enter();
        FakeTimeMemory.RemoveOfTheDead();
        return new ClockSkew(library);
    }

    /// <summary>Moves the service's clock, within a second.</summary>
    /// <param name="offset">How much it is ahead of the true time; negative: behind. At most 10 years.</param>
    public void Set(TimeSpan offset)
    {
        if (offset.Duration() > Most)
        {
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"A clock may be wrong by up to {Most.TotalDays} days.");
        }

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            Write_NeedsLock(offset);
        }
    }

    /// <summary>Sets the clock right. The file stays until the run ends, because the service reads it as long as it runs.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (!_disposed && Directory.Exists(_directory))
            {
                Write_NeedsLock(TimeSpan.Zero);
            }

            _disposed = true;
        }

        FakeTimeMemory.RemoveOfTheDead();
    }

    // Renamed into place: the service reads the file at any time.
    private void Write_NeedsLock(TimeSpan offset)
    {
        _offset = offset;
        File.WriteAllText(_file + ".new", string.Create(CultureInfo.InvariantCulture, $"{offset.TotalSeconds:+0.000;-0.000;+0}\n"));
        File.Move(_file + ".new", _file, overwrite: true);
    }

    private static string? Find() =>
        Directory.Exists("/usr/lib")
            ? Directory.EnumerateDirectories("/usr/lib", "*-linux-gnu*").Append("/usr/lib")
                .Select(directory => Path.Combine(directory, "faketime", Library))
                .FirstOrDefault(File.Exists)
            : null;
}
