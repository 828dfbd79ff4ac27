using System.Globalization;
using Resilience.TestKit;
using Resilience.TestKit.Processes;
using Xunit.Abstractions;

namespace Resilience.IntegrationTests.TestKit;

[Collection(AloneCollection.Name)]
public sealed class CpuStressTests(ITestOutputHelper output)
{
    [ToolFact(typeof(CpuStress))]
    public async Task Start_ProcessorsAreBusy_UntilDisposed()
    {
        await using var stress = await CpuStress.StartAsync(TimeSpan.FromMinutes(1));
        var workers = Workers();
        Assert.True(workers.Count >= 4 * Environment.ProcessorCount);

        var share = await BusyShareAsync();
        output.WriteLine($"busy: {share:P0}");
        Assert.True(share > 0.9);

        await stress.DisposeAsync();
        Assert.All(workers, worker => Assert.False(worker.IsAlive));
        Assert.False(stress.IsRunning);
    }

    [ToolFact(typeof(CpuStress))]
    public async Task Start_TimeIsOver_EndsByItself()
    {
        await using var stress = await CpuStress.StartAsync(TimeSpan.FromSeconds(1), workers: 1);

        await Eventually.UntilAsync(() => !stress.IsRunning, () => "It still runs", default, TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task Start_WithoutABound_IsRefused()
    {
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => CpuStress.StartAsync(Timeout.InfiniteTimeSpan));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => CpuStress.StartAsync(TimeSpan.FromSeconds(1), workers: 0));
    }

    private static List<ProcessIdentity> Workers() =>
        [.. ProcessTree.Descendants(ProcessIdentity.Self).Where(p => ProcessTitle.Of(p).Contains("stress-ng", StringComparison.Ordinal))];

    private static async Task<double> BusyShareAsync()
    {
        var (idle, all) = Ticks();
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System);
        var (idleThen, allThen) = Ticks();
        return 1 - ((double)(idleThen - idle) / (allThen - all));
    }

    // The first line is of all processors; its fourth and fifth number are of those that had nothing to do.
    private static (long Idle, long All) Ticks()
    {
        var numbers = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(n => long.Parse(n, CultureInfo.InvariantCulture)).ToList();
        return (numbers[3] + numbers[4], numbers.Sum());
    }
}
