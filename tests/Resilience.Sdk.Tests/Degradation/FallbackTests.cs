using System.Threading.Channels;
using Resilience.Degradation;
using Resilience.Degradation.Fallbacks;
using Resilience.Degradation.Plan;
using Resilience.Pipelines.CircuitBreaker;

namespace Resilience.Sdk.Tests.Degradation;

/// <summary>A fallback must never become the next thing that fails.</summary>
public sealed class FallbackTests
{
    [Fact]
    public async Task Hangs_IsGivenUpAfterItsTime()
    {
        await using var rig = new DegradationRig(new FallbackAction("slow"));
        Add(rig, new FallbackOptions { Timeout = TimeSpan.FromSeconds(1) }, async ct =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, rig.Time, ct);
            return "never";
        });

        var call = rig.SearchAsync(() => throw new TimeoutException());
        await rig.Time.WhenTimersReach(1);
        rig.Time.Advance(TimeSpan.FromSeconds(1.1));

        Assert.Equal("Failed", await call);
    }

    [Fact]
    public async Task TooManyAtOnce_AreRefused_AndTheNextActionAnswers()
    {
        await using var rig = new DegradationRig(new FallbackAction("slow"));
        var release = new TaskCompletionSource<string>();
        Add(rig, new FallbackOptions { PermitLimit = 1 }, async _ => await release.Task);

        var first = rig.SearchAsync(() => throw new TimeoutException());
        Assert.Equal("Failed", await rig.SearchAsync(() => throw new TimeoutException()));
        release.SetResult("held");

        Assert.Equal("held", await first);
    }

    [Fact]
    public async Task TargetsCircuitIsOpen_IsNotCalled()
    {
        await using var rig = new DegradationRig(new FallbackAction("slow"));
        var calls = 0;
        Add(rig, new FallbackOptions { Dependency = "database" }, _ => new($"{++calls}"));
        Assert.Equal("1", await rig.SearchAsync(() => throw new TimeoutException()));

        rig.Dependencies.Get("database").Force(CircuitBreakerMode.ForcedOpen);

        Assert.Equal("Failed", await rig.SearchAsync(() => throw new TimeoutException()));
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task Exercised_IsRunBesideTheDependency_AndItsAnswerDropped()
    {
        await using var rig = new DegradationRig(new FallbackAction("slow"));
        var run = Channel.CreateUnbounded<int>();
        Add(rig, new FallbackOptions { Exercise = 1 }, _ =>
        {
            run.Writer.TryWrite(1);
            throw new InvalidOperationException("It does not work, and nobody minds now.");
        });

        Assert.Equal("primary", await rig.SearchAsync(() => new("primary")));

        Assert.Equal(1, await run.Reader.ReadAsync());
        Assert.Empty(rig.Notes);
    }

    [Fact]
    public async Task Exercised_ByItsShare()
    {
        await using var rig = new DegradationRig(new FallbackAction("slow"));
        var run = 0;
        Add(rig, new FallbackOptions { Exercise = 0.25, PermitLimit = 1000 }, _ => new($"{Interlocked.Increment(ref run)}"));

        for (var i = 0; i < 1000; i++)
        {
            await rig.SearchAsync(() => new("primary"));
        }

        // They run beside the calls; the last may still be on their way.
        Assert.InRange(Volatile.Read(ref run), 100, 350);
    }

    [Theory]
    [InlineData(0, 50, 0.0)]
    [InlineData(1, 0, 0.0)]
    [InlineData(1, 50, 1.5)]
    public void Options_OutOfRange_AreRefusedByName(int seconds, int permits, double exercise)
    {
        var options = new FallbackOptions { Timeout = TimeSpan.FromSeconds(seconds), PermitLimit = permits, Exercise = exercise };

        var error = Assert.Throws<ArgumentException>(() => new DegradationRegistry().Add(new Fallback<string, string>("slow", options, (_, _, _) => default)));

        Assert.Contains("'slow'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SameName_IsRefused()
    {
        var registry = new DegradationRegistry();
        var fallback = new Fallback<string, string>("slow", new FallbackOptions(), (_, _, _) => default);
        registry.Add(fallback);

        Assert.Throws<ArgumentException>(() => registry.Add(fallback));
        Assert.Throws<ArgumentException>(() => registry.Add("alert", (_, _, _) => default));
    }

    private static void Add(DegradationRig rig, FallbackOptions options, Func<CancellationToken, ValueTask<string>> answer)
    {
        rig.Registry.Add(new Fallback<string, string>("slow", options, async (_, _, ct) => new FallbackAnswer<string>(await answer(ct))));
        rig.Monitor.Tick();
    }
}
