using System.Globalization;
using Xunit.Abstractions;

namespace Resilience.IntegrationTests.Pipelines;

/// <summary>
/// A dependency that takes 2 s must not take the service with it: at 500 requests per second, half of which need the
/// dependency, the other half keeps its p99.
/// </summary>
/// <remarks>
/// "Normal" is measured in the same run, just before, with the same load and a dependency of 20 ms. Twice a p99 of some
/// milliseconds is less than one pause of a collector or a busy neighbour, so 25 ms come on top; without the pipeline
/// the same requests wait for seconds, so the slack hides nothing. Where a neighbour was busy in one window only, the whole
/// is measured again, three times at most; a cascade would show every time.
/// </remarks>
[Trait(Nightly.Trait, Nightly.Value)]
[Collection(AloneCollection.Name)]
public sealed class CascadeTests(ITestOutputHelper output)
{
    private const int PerSecond = 500;
    private const int MostRounds = 3;
    private const double SlackMilliseconds = 25;

    [Fact]
    public async Task SlowDependency_ThroughThePipeline_LeavesTheOthersTheirLatency()
    {
        var (normal, slow) = await MeasureAsync(protectedByPipeline: true, TimeSpan.FromSeconds(5));
        for (var round = 1; round < MostRounds && slow > (2 * normal) + SlackMilliseconds; round++)
        {
            (normal, slow) = await MeasureAsync(protectedByPipeline: true, TimeSpan.FromSeconds(5));
        }

        Assert.True(slow <= (2 * normal) + SlackMilliseconds, $"p99 {slow:F1} ms while the dependency is slow, {normal:F1} ms before");
    }

    [Fact]
    public async Task SlowDependency_WithoutThePipeline_TakesTheOthersWithIt()
    {
        var (normal, slow) = await MeasureAsync(protectedByPipeline: false, TimeSpan.FromSeconds(3));

        Assert.True(slow > (2 * normal) + (10 * SlackMilliseconds), $"p99 {slow:F1} ms while the dependency is slow, {normal:F1} ms before: the test could not fail");
    }

    private async Task<(double Normal, double Slow)> MeasureAsync(bool protectedByPipeline, TimeSpan duration)
    {
        await using var service = await SharedService.StartAsync(protectedByPipeline);
        var load = new OpenLoad(service.Address, PerSecond, "/needs", "/plain");
        service.Latency = TimeSpan.FromMilliseconds(20);
        await load.RunAsync(TimeSpan.FromSeconds(1));
        var before = await load.RunAsync(TimeSpan.FromSeconds(3));
        service.Latency = TimeSpan.FromSeconds(2);
        var during = await load.RunAsync(duration);
        output.WriteLine($"before: {Told(before)}");
        output.WriteLine($"slow: {Told(during)}; {string.Join(", ", service.Failures)}");
        return (At(before["/plain"], 0.99), At(during["/plain"], 0.99));
    }

    private static string Told(IReadOnlyDictionary<string, double[]> latencies) => string.Join("; ", latencies.Select(path => string.Create(
        CultureInfo.InvariantCulture,
        $"{path.Key} n {path.Value.Length}, p50 {At(path.Value, 0.5):F1}, p99 {At(path.Value, 0.99):F1}, max {path.Value[^1]:F1} ms")));

    private static double At(double[] sorted, double share) => sorted[(int)((sorted.Length - 1) * share)];
}
