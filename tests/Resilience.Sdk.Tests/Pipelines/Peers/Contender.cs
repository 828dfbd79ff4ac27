using Polly;
using Polly.CircuitBreaker;
using Resilience.Pipelines;
using Resilience.Pipelines.Http;
using Resilience.Sdk.Tests.Pipelines.Simulations;

namespace Resilience.Sdk.Tests.Pipelines.Peers;

/// <summary>One side of a comparison: the whole pipeline, called as an application calls it.</summary>
internal sealed class Contender(string name, Func<Func<CancellationToken, ValueTask<int>>, CancellationToken, ValueTask<int>> call)
{
    public override string ToString() => name;

    public ValueTask<int> CallAsync(Func<CancellationToken, ValueTask<int>> attempt, CancellationToken caller = default) => call(attempt, caller);

    /// <summary>Calls now; the task may end later.</summary>
    public Task<int> Begin(Simulation simulation, Func<CancellationToken, ValueTask<int>> attempt, CancellationToken caller = default)
    {
        Task<int>? running = null;
        simulation.Run(() => running = CallAsync(attempt, caller).AsTask());
        return running!;
    }

    public static Contender Ours(DependencyOptions options, TimeProvider time, int seed = 1) => Ours(new Dependency("dependency", options, time, () => new Random(seed)));

    public static Contender Ours(IDependency dependency) => new("ours", dependency.ExecuteAsync);

    /// <summary>Every exception but a rejection of its own is transient to the peer, as it is to ours.</summary>
    public static Contender Peer(DependencyOptions options, TimeProvider time)
    {
        var pipeline = StandardPeer.Build<int>(
            options, time, static outcome => outcome.Exception is not (null or OperationCanceledException or BrokenCircuitException), static _ => null);
        return new Contender("peer", async (attempt, caller) =>
        {
            // On the simulation's one thread only when told to stay there.
            var context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: true, caller);
            try
            {
                return await pipeline.ExecuteAsync(static (inner, attempt) => attempt(inner.CancellationToken), context, attempt);
            }
            finally
            {
                ResilienceContextPool.Shared.Return(context);
            }
        });
    }

    public static HttpClient PeerClient(DependencyOptions options, TimeProvider time, HttpMessageHandler server) =>
        new(new PeerHandler(StandardPeer.Http(options, time)) { InnerHandler = server }) { Timeout = Timeout.InfiniteTimeSpan };

    public static HttpClient OurClient(DependencyOptions options, TimeProvider time, HttpMessageHandler server) =>
        new(new DependencyHandler(new Dependency("dependency", options, time, () => new Random(1))) { InnerHandler = server }) { Timeout = Timeout.InfiniteTimeSpan };
}
