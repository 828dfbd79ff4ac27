using System.Net;
using Resilience.Degradation;
using Resilience.Degradation.Episodes;
using Resilience.Degradation.Fallbacks;
using Resilience.Degradation.Plan;

namespace Resilience.Sdk.Tests.Degradation;

/// <summary>What a call gets, whatever its dependency does.</summary>
public sealed class DegraderTests
{
    private static readonly DegradationAction[] Fallback = [new FallbackAction("database")];

    public static TheoryData<Exception, bool> Failures() => new()
    {
        { new HttpRequestException("no route"), true },
        { new HttpRequestException("down", null, HttpStatusCode.ServiceUnavailable), true },
        { new HttpRequestException("slow down", null, HttpStatusCode.TooManyRequests), true },
        { new HttpRequestException("not yours", null, HttpStatusCode.Forbidden), false },
        { new TimeoutException(), true },
        { new Polly.CircuitBreaker.BrokenCircuitException(), true },
        { new OperationCanceledException(), true },
        { new InvalidOperationException("a bug"), false },
        { new NotSupportedException("a bug"), false },
    };

    [Fact]
    public async Task Well_TheDependencyAnswers_NothingIsTold()
    {
        await using var rig = Make();

        Assert.Equal("primary", await rig.SearchAsync(() => new("primary")));
        Assert.Empty(rig.Notes);
    }

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task Failure_OfTheDependency_FallsBack_AnyOtherIsThrown(Exception error, bool degrades)
    {
        await using var rig = Make();

        if (degrades)
        {
            Assert.Equal("fallback of q", await rig.SearchAsync(() => throw error));
            Assert.Equal("fallback of q", await rig.SearchAsync(async () =>
            {
                await Task.Yield();
                throw error;
            }));
            Assert.Equal(new DegradationNote("search", "fallback", "database", null), rig.Notes[0]);
        }
        else
        {
            Assert.Same(error, await Record.ExceptionAsync(() => rig.SearchAsync(() => throw error)));
        }
    }

    [Fact]
    public async Task CallerCancels_IsThrown_NotDegraded()
    {
        await using var rig = Make();
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await rig.Degrader.ExecuteAsync<string, string>("search", "q", (_, token) => throw new OperationCanceledException(token), cancelled.Token));
        Assert.Empty(rig.Notes);
    }

    [Fact]
    public async Task FailingAction_TheNextOneAnswers()
    {
        await using var rig = new DegradationRig(new FallbackAction("broken"), new FallbackAction("database"));
        Add(rig, "broken", _ => throw new InvalidOperationException("broken, too"));
        Add(rig, "database", q => $"fallback of {q}");
        rig.Monitor.Tick();

        Assert.Equal("fallback of q", await rig.SearchAsync(() => throw new TimeoutException()));
    }

    [Fact]
    public async Task AllActionsFail_TheDependencysOwnErrorIsTheOutcome()
    {
        await using var rig = Make(_ => throw new InvalidOperationException("broken, too"));
        var error = new TimeoutException("the real one");

        var outcome = await rig.Degrader.ExecuteAsync<string, string>("search", "q", (_, _) => throw error);

        Assert.Equal((OutcomeKind.Failed, error), (outcome.Kind, outcome.Error));
    }

    [Fact]
    public async Task Down_TheDependencyIsNotCalled()
    {
        await using var rig = Make();
        rig.Is(DependencyCondition.Down);

        Assert.Equal("fallback of q", await rig.SearchAsync(() => throw new InvalidOperationException("It was called.")));
    }

    [Fact]
    public async Task DownUntilCalled_CallsGoOn_OrItsCircuitWouldNeverClose()
    {
        await using var rig = Make();
        rig.Is(DependencyCondition.DownUntilCalled);

        Assert.Equal("primary", await rig.SearchAsync(() => new("primary")));
    }

    [Fact]
    public async Task Down_NoActionAnswers_TheDependencyIsCalledAllTheSame()
    {
        await using var rig = Make(_ => throw new InvalidOperationException("broken, too"));
        rig.Is(DependencyCondition.Down);

        Assert.Equal("primary", await rig.SearchAsync(() => new("primary")));
    }

    [Fact]
    public async Task ComingBack_CallsReturnLittleByLittle()
    {
        await using var rig = Make();
        rig.Is(DependencyCondition.Down);
        rig.Is(DependencyCondition.Well);
        rig.Pass(10.5);
        var early = await ShareAsync(rig);
        rig.Pass(10);
        var half = await ShareAsync(rig);
        rig.Pass(11);

        Assert.InRange(early, 0.05, 0.2);
        Assert.InRange(half, 0.4, 0.65);
        Assert.Equal(1, await ShareAsync(rig));
    }

    [Fact]
    public async Task UnknownService_IsNotDegraded()
    {
        await using var rig = Make();

        await Assert.ThrowsAsync<TimeoutException>(async () => await rig.Degrader.ExecuteAsync<string, string>("other", "q", (_, _) => throw new TimeoutException()));
    }

    [Fact]
    public async Task FallbackOfOtherTypes_IsPassedOver()
    {
        await using var rig = Make();

        var outcome = await rig.Degrader.ExecuteAsync<int, int>("search", 1, (_, _) => throw new TimeoutException());

        Assert.Equal(OutcomeKind.Failed, outcome.Kind);
    }

    [Fact]
    public async Task PlanChangesDuringACall_TheCallKeepsItsOwn()
    {
        await using var rig = Make();

        var answer = await rig.SearchAsync(async () =>
        {
            rig.Plan = DegradationPlan.Empty;
            rig.Monitor.Tick();
            await Task.Yield();
            throw new TimeoutException();
        });

        Assert.Equal("fallback of q", answer);
        await Assert.ThrowsAsync<TimeoutException>(() => rig.SearchAsync(() => throw new TimeoutException()));
    }

    [Fact]
    public async Task StaleCache_AnswersWhatTheDependencyAnsweredLast_WithItsAge()
    {
        await using var rig = new DegradationRig(Fallback);
        rig.Registry.Add(StaleCache.Create<string, string>("database", q => q, new FallbackOptions { MaxStaleness = TimeSpan.FromMinutes(1) }));
        rig.Monitor.Tick();
        var empty = await rig.Degrader.ExecuteAsync<string, string>("search", "q", (_, _) => throw new TimeoutException());

        await rig.SearchAsync(() => new("kept"));
        rig.Time.Advance(TimeSpan.FromSeconds(42));
        var stale = await rig.Degrader.ExecuteAsync<string, string>("search", "q", (_, _) => throw new TimeoutException());
        rig.Time.Advance(TimeSpan.FromSeconds(19));
        var tooOld = await rig.Degrader.ExecuteAsync<string, string>("search", "q", (_, _) => throw new TimeoutException());

        Assert.Equal((OutcomeKind.Failed, OutcomeKind.Fallback, OutcomeKind.Failed), (empty.Kind, stale.Kind, tooOld.Kind));
        Assert.Equal(("kept", TimeSpan.FromSeconds(42)), (stale.Value, stale.Age));
    }

    [Fact]
    public async Task LiveCalls_AreMeasured()
    {
        await using var rig = Make();
        for (var second = 0; second < 20; second++)
        {
            for (var call = 0; call < 40; call++)
            {
                await rig.SearchAsync(() => new("primary"));
            }

            rig.Pass(1);
        }

        Assert.InRange(Assert.Single(rig.Monitor.Episodes).Calls.PerSecond, 15, 60);
    }

    private static DegradationRig Make(Func<string, string>? answer = null)
    {
        var rig = new DegradationRig(Fallback);
        Add(rig, "database", answer ?? (q => $"fallback of {q}"));
        rig.Monitor.Tick();
        return rig;
    }

    private static void Add(DegradationRig rig, string name, Func<string, string> answer) =>
        rig.Registry.Add(new Fallback<string, string>(name, new FallbackOptions(), (_, request, _) => new(new FallbackAnswer<string>(answer(request)))));

    private static async Task<double> ShareAsync(DegradationRig rig)
    {
        const int Calls = 400;
        var primary = 0;
        for (var i = 0; i < Calls; i++)
        {
            primary += await rig.SearchAsync(() => new("primary")) == "primary" ? 1 : 0;
        }

        return (double)primary / Calls;
    }
}
