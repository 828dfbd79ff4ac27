using System.Diagnostics;
using System.Globalization;
using Resilience.TestKit.Processes;

namespace Resilience.TestKit;

/// <summary>Other programs take the machine's processors, for a bounded time.</summary>
/// <remarks>
/// By stress-ng, which ends itself when the time is over, also when this process was killed; the next run ends it earlier
/// (<see cref="Leftovers"/>).
/// </remarks>
public sealed class CpuStress : IAsyncDisposable
{
    private static readonly TimeSpan Most = TimeSpan.FromHours(1);

    private readonly Process _process;
    private readonly ProcessIdentity _identity;
    private readonly string _home;

    private CpuStress(Process process, ProcessIdentity identity, string home) => (_process, _identity, _home) = (process, identity, home);

    /// <summary>What is missing, and the way out; null when processors can be loaded.</summary>
    public static string? Missing => Executable.DirectoryOf("stress-ng") is null ? "'stress-ng' is not installed; install it with: apt-get install -y stress-ng" : null;

    /// <summary>Whether it still runs.</summary>
    public bool IsRunning => _identity.IsAlive;

    /// <summary>Starts the load; returns when every worker runs.</summary>
    /// <param name="atMost">When it ends by itself, rounded up to seconds; up to an hour.</param>
    /// <param name="workers">How many programs count without a pause; when null, four for each processor, so that others wait.</param>
    /// <param name="ct">Gives up and ends what was started.</param>
    /// <returns>The load; disposing of it ends it.</returns>
    /// <exception cref="MissingCapabilityException">stress-ng is not installed.</exception>
    public static async Task<CpuStress> StartAsync(TimeSpan atMost, int? workers = null, CancellationToken ct = default)
    {
        var count = workers ?? 4 * Environment.ProcessorCount;
        if (atMost <= TimeSpan.Zero || atMost > Most)
        {
            throw new ArgumentOutOfRangeException(nameof(atMost), atMost, $"The load is bounded: give a time of up to {Most}.");
        }

        if (count is < 1 or > 1000)
        {
            throw new ArgumentOutOfRangeException(nameof(workers), count, "Give a number of workers from 1 to 1000.");
        }

        if (Missing is { } missing)
        {
            throw new MissingCapabilityException(missing);
        }

        TestKitLifetime.Enter();
        var home = RunDirectory.CreateDirectory("stress");
        var log = Path.Combine(home, "stress.log");
        string Number(double value) => value.ToString(CultureInfo.InvariantCulture);
        // Ordinary arithmetic: the default goes through methods whose memory and caches differ from one second to the next.
        var process = Command.StartDetached(
            ["stress-ng", "--cpu", Number(count), "--cpu-method", "int64", "--timeout", Number(Math.Ceiling(atMost.TotalSeconds)) + "s", "--temp-path", home, "--quiet"],
            home, log, environment: null);
        var identity = ProcessIdentity.Of(process.Id) ?? throw new InvalidOperationException($"stress-ng ended at once. {LogFile.Tail(log)}");
        RunDirectory.Add(identity);
        var stress = new CpuStress(process, identity, home);
        try
        {
            await Eventually.UntilAsync(
                () => identity.IsAlive ? ProcessTree.Descendants(identity).Count >= count : throw new InvalidOperationException($"stress-ng ended while starting. {LogFile.Tail(log)}"),
                () => $"stress-ng did not start its {count} workers. {LogFile.Tail(log)}", ct);
            return stress;
        }
        catch
        {
            await stress.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await ProcessTree.WaitUntilGoneAsync(ProcessTree.Kill(_identity), CancellationToken.None);
        RunDirectory.Remove(_identity);
        _process.Dispose();
        RunDirectory.RemoveDirectory(_home);
    }
}
