using Resilience.TestKit.Kubernetes;

namespace Resilience.IntegrationTests.Kubernetes;

/// <summary>The kubelet's rules, one by one, as pkg/kubelet/prober/worker.go has them.</summary>
public sealed class ProbeWorkerTests
{
    private static readonly ProbeSpec Spec = new("/") { FailureThreshold = 3, SuccessThreshold = 1 };

    [Fact]
    public void Verdict_BeforeAnyProbe_IsReadyNo_AliveYes_StartedUnknown()
    {
        Assert.Equal(ProbeResult.Failure, Asking(ProbeKind.Readiness).Verdict);
        Assert.Equal(ProbeResult.Success, Asking(ProbeKind.Liveness).Verdict);
        Assert.Equal(ProbeResult.Unknown, Asking(ProbeKind.Startup, isStarted: false).Verdict);
    }

    [Fact]
    public void Thresholds_CountEqualResultsInARow()
    {
        var worker = Asking(ProbeKind.Liveness);
        Take(worker, ProbeResult.Failure, ProbeResult.Failure, ProbeResult.Success, ProbeResult.Failure, ProbeResult.Failure);
        Assert.Equal(ProbeResult.Success, worker.Verdict);

        Assert.True(worker.Take(ProbeResult.Failure));
        Assert.Equal(ProbeResult.Failure, worker.Verdict);
    }

    [Fact]
    public void ProbersOwnError_IsDiscarded()
    {
        var worker = Asking(ProbeKind.Liveness);
        Take(worker, ProbeResult.Failure, ProbeResult.Failure, ProbeResult.Unknown, ProbeResult.Unknown);

        Assert.Equal((ProbeResult.Success, 2), (worker.Verdict, worker.Run));
    }

    [Fact]
    public void LivenessFailure_HoldsUntilANewContainer()
    {
        var worker = Asking(ProbeKind.Liveness);
        Take(worker, ProbeResult.Failure, ProbeResult.Failure, ProbeResult.Failure);

        Assert.False(worker.Asks(0, TimeSpan.FromMinutes(1), isStarted: true, isDeleted: false));
        Assert.Equal(ProbeResult.Failure, worker.Verdict);
        Assert.True(worker.Asks(1, TimeSpan.FromMinutes(1), isStarted: true, isDeleted: false));
        Assert.Equal(ProbeResult.Success, worker.Verdict);
    }

    [Fact]
    public void RunOfResults_IsCarriedOverToTheNextContainer()
    {
        var worker = Asking(ProbeKind.Liveness);
        Take(worker, ProbeResult.Failure, ProbeResult.Failure);

        // Somebody else restarted the container.
        worker.Asks(1, TimeSpan.FromMinutes(1), isStarted: true, isDeleted: false);

        Assert.True(worker.Take(ProbeResult.Failure));
    }

    [Fact]
    public void UntilStarted_OnlyStartupAsks_AfterwardsOnlyTheOthers()
    {
        foreach (var kind in new[] { ProbeKind.Liveness, ProbeKind.Readiness })
        {
            Assert.False(new ProbeWorker(kind, Spec).Asks(0, TimeSpan.FromMinutes(1), isStarted: false, isDeleted: false));
            Assert.True(new ProbeWorker(kind, Spec).Asks(0, TimeSpan.FromMinutes(1), isStarted: true, isDeleted: false));
        }

        Assert.True(new ProbeWorker(ProbeKind.Startup, Spec).Asks(0, TimeSpan.FromMinutes(1), isStarted: false, isDeleted: false));
        Assert.False(new ProbeWorker(ProbeKind.Startup, Spec).Asks(0, TimeSpan.FromMinutes(1), isStarted: true, isDeleted: false));
    }

    [Fact]
    public void InitialDelay_NothingIsAskedBefore()
    {
        var worker = new ProbeWorker(ProbeKind.Startup, Spec with { InitialDelay = TimeSpan.FromSeconds(5) });

        Assert.False(worker.Asks(0, TimeSpan.FromSeconds(4.9), isStarted: false, isDeleted: false));
        Assert.True(worker.Asks(0, TimeSpan.FromSeconds(5), isStarted: false, isDeleted: false));
    }

    [Fact]
    public void DeletedPod_IsAlive_AndStillAskedWhetherItIsReady()
    {
        var liveness = Asking(ProbeKind.Liveness);
        Take(liveness, ProbeResult.Failure, ProbeResult.Failure, ProbeResult.Failure);

        Assert.False(liveness.Asks(0, TimeSpan.FromMinutes(1), isStarted: true, isDeleted: true));
        Assert.Equal(ProbeResult.Success, liveness.Verdict);
        Assert.True(Asking(ProbeKind.Readiness).Asks(0, TimeSpan.FromMinutes(1), isStarted: true, isDeleted: true));
    }

    private static ProbeWorker Asking(ProbeKind kind, bool isStarted = true)
    {
        var worker = new ProbeWorker(kind, Spec);
        worker.Asks(0, TimeSpan.FromMinutes(1), isStarted, isDeleted: false);
        return worker;
    }

    private static void Take(ProbeWorker worker, params ProbeResult[] results) => Array.ForEach(results, result => worker.Take(result));
}
