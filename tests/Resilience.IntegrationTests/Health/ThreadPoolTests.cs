using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace Resilience.IntegrationTests.Health;

/// <summary>The thread pool starved, deadlocked, and the machine busy: what the management listener says meanwhile.</summary>
[Trait(Nightly.Trait, Nightly.Value)]
[Collection(AloneCollection.Name)]
public sealed class ThreadPoolTests(ITestOutputHelper output)
{
    private const int Blocked = 600;

    // What is to be seen is seen within 6 s; the figures in docs/health.md are of STARVED_SECONDS=60.
    private static readonly TimeSpan Starved = TimeSpan.FromSeconds(int.Parse(Environment.GetEnvironmentVariable("STARVED_SECONDS") ?? "12", CultureInfo.InvariantCulture));

    [Fact]
    public async Task Starved_NoProbeFails_DegradedThenUnready_AliveAllTheTime()
    {
        await using var app = await ProbedApp.StartAsync([]);
        IReadOnlyList<ProbeResult> ready = [];
        IReadOnlyList<ProbeResult> live = [];
        using (new BlockedPool(Blocked, progresses: true))
        {
            var other = new Thread(() => live = new Prober(app.Management, "/health/live").Run(20, Starved, threads: 1));
            other.Start();
            ready = new Prober(app.Management, "/health/ready").Run(20, Starved, threads: 1);
            other.Join();
        }

        var longest = ready.Concat(live).Max(result => result.Took);
        output.WriteLine($"{ready.Count + live.Count} probes, longest {longest.TotalMilliseconds:0.0} ms; {string.Join(" → ", Changes(ready))}");
        Assert.DoesNotContain(ready.Concat(live), result => result.Status == 0);
        Assert.All(live, result => Assert.Equal(200, result.Status));
        Assert.Equal(["""200 {"status":"ready"}""", """200 {"status":"degraded"}""", """503 {"status":"not-ready"}"""], Changes(ready).Take(3));

        // It serves again as soon as it can.
        await EventuallyAsync(() => new Prober(app.Management, "/health/ready").Once().Status == 200);
    }

    [Fact]
    public async Task Deadlocked_LivenessFailsWithinItsTimeAndNotBefore()
    {
        await using var app = await ProbedApp.StartAsync(
            [("Health:Watchdog:PoolLagDegraded", "00:00:00.5"), ("Health:Watchdog:PoolLagUnready", "00:00:02"), ("Health:Watchdog:PoolFrozen", "00:00:05")]);
        IReadOnlyList<ProbeResult> live;
        using (new BlockedPool(Blocked, progresses: false))
        {
            live = new Prober(app.Management, "/health/live").Run(20, TimeSpan.FromSeconds(15), threads: 1);
        }

        output.WriteLine(string.Join(" → ", live.Where((result, i) => i == 0 || live[i - 1].Status != result.Status).Select(result => $"{result.At.TotalSeconds:0.0} s: {result.Status}")));
        Assert.DoesNotContain(live, result => result.Status == 0);
        var died = live.First(result => result.Status == 503).At;
        Assert.InRange(died, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(10));
        Assert.Equal("""{"status":"dead"}""", live[^1].Body);
        await EventuallyAsync(() => new Prober(app.Management, "/health/live").Once().Status == 200);
    }

    [Fact]
    public async Task MachineIsBusy_NothingIsKilledOrTakenOutOfService()
    {
        await using var app = await ProbedApp.StartAsync([]);
        await EventuallyAsync(() => new Prober(app.Management, "/health/ready").Once().Status == 200);
        IReadOnlyList<ProbeResult> live = [];
        IReadOnlyList<ProbeResult> ready = [];
        var busy = Enumerable.Range(0, 16).Select(_ => Process.Start(new ProcessStartInfo("sh", ["-c", "while :; do :; done"]))!).ToList();
        try
        {
            var other = new Thread(() => ready = new Prober(app.Management, "/health/ready").Run(20, TimeSpan.FromSeconds(15), threads: 1));
            other.Start();
            live = new Prober(app.Management, "/health/live").Run(20, TimeSpan.FromSeconds(15), threads: 1);
            other.Join();
        }
        finally
        {
            foreach (var process in busy)
            {
                process.Kill();
                await process.WaitForExitAsync();
                process.Dispose();
            }
        }

        output.WriteLine($"{live.Count + ready.Count} probes, longest {live.Concat(ready).Max(result => result.Took).TotalMilliseconds:0} ms; {string.Join(" → ", Changes(ready))}");
        Assert.All(live, result => Assert.Equal(200, result.Status));
        Assert.All(ready, result => Assert.Equal(200, result.Status));
    }

    private static IEnumerable<string> Changes(IReadOnlyList<ProbeResult> results) =>
        results.Where((result, i) => i == 0 || results[i - 1].Body != result.Body).Select(result => $"{result.Status} {result.Body}");

    private static async Task EventuallyAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, patience.Token);
        }
    }
}
