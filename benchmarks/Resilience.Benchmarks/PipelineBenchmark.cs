using System.Diagnostics.Metrics;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Resilience.Pipelines;
using Resilience.Pipelines.CircuitBreaker;

namespace Resilience.Benchmarks;

/// <summary>
/// What a call that succeeds at once pays for the pipeline, and a call that is rejected: ours with a metrics listener on
/// every instrument, Polly's chain of four strategies without any telemetry and without a limiter.
/// </summary>
internal static class PipelineBenchmark
{
    public static readonly string[] Rows =
        ["pipeline.standard.ns", "pipeline.standard.bytes", "pipeline.standard.scaling", "pipeline.asPolly.ns", "pipeline.asPolly.scaling", "breaker.reject.ns", "http.standard.ns", "http.standard.bytes"];

    private const string Chain = "Polly.Core time-out, retry, breaker, time-out; no telemetry";
    private static readonly Func<CancellationToken, ValueTask<int>> Answer = static _ => new(42);
    private static readonly TimeSpan LongBreak = TimeSpan.FromHours(1);

    public static async Task<IReadOnlyList<ScorecardRow>> MeasureAsync(CancellationToken cancellationToken)
    {
        using var listener = new MeterListener { InstrumentPublished = static (instrument, self) => Listen(instrument, self) };
        listener.SetMeasurementEventCallback<double>(static (_, _, _, _) => { });
        listener.SetMeasurementEventCallback<long>(static (_, _, _, _) => { });
        listener.Start();

        var options = new DependencyOptions();
        var dependency = new Dependency("bench", options, TimeProvider.System, () => new Random(1));
        var chain = PollyChain();
        var success = await Pairs.MeasureAsync(() => CallAsync(dependency), () => CallAsync(chain));
        var wrapped = await Pairs.MeasureAsync(() => CallAsync(dependency.Pipeline), () => CallAsync(chain));
        var peerScaling = Scaling(() => CallAsync(chain), success.Peer.Ns);

        var rejecting = new Dependency("rejecting", options with { CircuitBreaker = options.CircuitBreaker with { BreakDuration = LongBreak, MaxBreakDuration = LongBreak } }, TimeProvider.System, () => new Random(1));
        var breaker = new ResiliencePipelineBuilder()
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions { MinimumThroughput = 2, BreakDuration = LongBreak })
            .Build();
        await TripAsync(rejecting.Pipeline);
        await TripAsync(breaker);
        var rejected = await Pairs.MeasureAsync(() => RejectAsync(rejecting.Pipeline), () => RejectAsync(breaker));

        var bare = new HttpMessageInvoker(new InstantHandler());
        var ours = new HttpMessageInvoker(new Pipelines.Http.DependencyHandler(new Dependency("http", options, TimeProvider.System, () => new Random(1))) { InnerHandler = new InstantHandler() });
        var http = await Pairs.MeasureAsync(() => SendAsync(ours, cancellationToken), () => SendAsync(bare, cancellationToken));
        return
        [
            new("pipeline.standard.ns", "ns", success.Ours.Ns, success.Peer.Ns, Chain),
            new("pipeline.standard.bytes", "B", success.Ours.Bytes, success.Peer.Bytes, Chain),
            new("pipeline.standard.scaling", "x", Scaling(() => CallAsync(dependency), success.Ours.Ns), peerScaling, $"two threads; {Chain}"),
            new("pipeline.asPolly.ns", "ns", wrapped.Ours.Ns, wrapped.Peer.Ns, Chain),
            new("pipeline.asPolly.scaling", "x", Scaling(() => CallAsync(dependency.Pipeline), wrapped.Ours.Ns), peerScaling, $"two threads, which share Polly's pool of contexts; {Chain}"),
            new("breaker.reject.ns", "ns", rejected.Ours.Ns, rejected.Peer.Ns, "Polly.Core breaker, open"),
            new("http.standard.ns", "ns", http.Ours.Ns, http.Peer.Ns, "the bare handler"),
            new("http.standard.bytes", "B", http.Ours.Bytes, http.Peer.Bytes, "the bare handler"),
        ];
    }

    private static void Listen(Instrument instrument, MeterListener listener)
    {
        if (instrument.Meter.Name is "Polly" or "DrResilience")
        {
            listener.EnableMeasurementEvents(instrument);
        }
    }

    private static ResiliencePipeline PollyChain() => new ResiliencePipelineBuilder()
        .AddTimeout(TimeSpan.FromSeconds(30))
        .AddRetry(new RetryStrategyOptions())
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions())
        .AddTimeout(TimeSpan.FromSeconds(10))
        .Build();

    private static async Task CallAsync(ResiliencePipeline pipeline)
    {
        for (var i = 0; i < Pairs.Calls; i++)
        {
            await pipeline.ExecuteAsync(static (_, _) => new ValueTask<int>(42), 0, CancellationToken.None);
        }
    }

    private static async Task CallAsync(Dependency dependency)
    {
        for (var i = 0; i < Pairs.Calls; i++)
        {
            await dependency.ExecuteAsync(Answer, CancellationToken.None);
        }
    }

    private static async Task TripAsync(ResiliencePipeline pipeline)
    {
        for (var i = 0; i < 20; i++)
        {
            try
            {
                await pipeline.ExecuteAsync(static _ => throw new InvalidOperationException());
            }
            catch (Exception exception) when (exception is InvalidOperationException or BrokenCircuitException)
            {
                // What opens the circuit.
            }
        }

        if (await OutcomeAsync(pipeline) is not BrokenCircuitException)
        {
            throw new InvalidOperationException("The circuit did not open, so rejections cannot be measured.");
        }
    }

    private static async Task<Exception?> OutcomeAsync(ResiliencePipeline pipeline)
    {
        var context = ResilienceContextPool.Shared.Get();
        var outcome = await pipeline.ExecuteOutcomeAsync(static (_, _) => Outcome.FromResultAsValueTask(42), context, 0);
        ResilienceContextPool.Shared.Return(context);
        return outcome.Exception;
    }

    private static async Task RejectAsync(ResiliencePipeline pipeline)
    {
        var context = ResilienceContextPool.Shared.Get();
        for (var i = 0; i < Pairs.Calls; i++)
        {
            await pipeline.ExecuteOutcomeAsync(static (_, _) => Outcome.FromResultAsValueTask(42), context, 0);
        }

        ResilienceContextPool.Shared.Return(context);
    }

    private static async Task SendAsync(HttpMessageInvoker invoker, CancellationToken cancellationToken)
    {
        for (var i = 0; i < Pairs.Calls; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, InstantHandler.Address);
            using var response = await invoker.SendAsync(request, cancellationToken);
        }
    }

    /// <summary>How many times the calls of one thread two threads make together.</summary>
    private static double Scaling(Func<Task> batch, double alone)
    {
        var best = double.MaxValue;
        for (var round = 0; round < 50; round++)
        {
            using var start = new Barrier(2);
            var took = new double[2];
            var threads = Enumerable.Range(0, 2).Select(index => new Thread(() =>
            {
                start.SignalAndWait();
                var began = TimeProvider.System.GetTimestamp();
                for (var i = 0; i < 10; i++)
                {
#pragma warning disable VSTHRD002 // It completes synchronously.
                    batch().GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
                }

                took[index] = TimeProvider.System.GetElapsedTime(began).TotalNanoseconds / Pairs.Calls / 10;
            })).ToList();
            threads.ForEach(thread => thread.Start());
            threads.ForEach(thread => thread.Join());
            best = Math.Min(best, took.Max());
        }

        return Math.Round(2 * alone / best, 2);
    }
}
