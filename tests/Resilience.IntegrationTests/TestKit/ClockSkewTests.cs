using System.Globalization;
using Resilience.TestKit;
using Xunit.Abstractions;

namespace Resilience.IntegrationTests.TestKit;

[Collection(HelperProgramCollection.Name)]
public sealed class ClockSkewTests(HelperProgram helper, ITestOutputHelper output)
{
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(5);

    [ToolFact(typeof(ClockSkew))]
    public async Task Set_RunningService_ItsClockJumpsAndReturns_ItsTimersGoOn()
    {
        using var clock = ClockSkew.Create();
        await using var service = await ServiceProcess.StartAsync(new() { Program = helper.Path, Arguments = ["serve"], Environment = clock.Environment }, "/health");
        using var http = new HttpClient { BaseAddress = service.BaseAddress, Timeout = TimeSpan.FromSeconds(20) };
        await IsAheadAsync(http, TimeSpan.Zero);

        var second = http.GetStringAsync(new Uri("/second", UriKind.Relative));
        clock.Set(TimeSpan.FromHours(2));
        await IsAheadAsync(http, TimeSpan.FromHours(2));
        Assert.InRange(int.Parse(await second, CultureInfo.InvariantCulture), 990, 5_000);

        clock.Set(TimeSpan.FromSeconds(-90));
        await IsAheadAsync(http, TimeSpan.FromSeconds(-90));
        Assert.Equal(TimeSpan.FromSeconds(-90), clock.Offset);

        clock.Dispose();
        await IsAheadAsync(http, TimeSpan.Zero);
    }

    [ToolFact(typeof(ClockSkew))]
    public async Task Dispose_AfterTheServiceWasKilled_LeavesNoSharedMemory()
    {
        var clock = ClockSkew.Create();
        await using var service = await ServiceProcess.StartAsync(new() { Program = helper.Path, Arguments = ["serve"], Environment = clock.Environment }, "/health");
        var pid = service.ProcessId.ToString(CultureInfo.InvariantCulture);
        Assert.Contains(Directory.GetFiles("/dev/shm"), file => file.EndsWith("_" + pid, StringComparison.Ordinal));

        await service.KillAsync();
        clock.Dispose();

        Assert.DoesNotContain(Directory.GetFiles("/dev/shm"), file => file.EndsWith("_" + pid, StringComparison.Ordinal));
    }

    [ToolFact(typeof(ClockSkew))]
    public void Set_TooFar_IsRefused()
    {
        using var clock = ClockSkew.Create();

        var error = Assert.Throws<ArgumentOutOfRangeException>(() => clock.Set(TimeSpan.MaxValue));

        output.WriteLine(error.Message);
        Assert.Equal(TimeSpan.Zero, clock.Offset);
    }

    /// <summary>Within the second that the service may take to see it, and some for a busy machine.</summary>
    private static async Task IsAheadAsync(HttpClient http, TimeSpan expected)
    {
        var seen = TimeSpan.Zero;
        await Eventually.UntilAsync(
            async _ => ((seen = await AheadAsync(http)) - expected).Duration() < Slack,
            () => $"its clock is {seen} ahead and should be {expected}",
            default,
            TimeSpan.FromSeconds(10));
    }

    private static async Task<TimeSpan> AheadAsync(HttpClient http)
    {
        var now = DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(await http.GetStringAsync(new Uri("/now", UriKind.Relative)), CultureInfo.InvariantCulture));
        return now - TimeProvider.System.GetUtcNow();
    }
}
