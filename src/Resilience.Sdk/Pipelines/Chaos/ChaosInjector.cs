using System.Net;
using System.Runtime.CompilerServices;
using Polly;
using Polly.Simmy;
using Polly.Simmy.Fault;
using Polly.Simmy.Latency;
using Polly.Simmy.Outcomes;
using Resilience.Internal;

namespace Resilience.Pipelines.Chaos;

/// <summary>
/// Makes the attempts of a pipeline through Polly's chaos strategies: latency, then fault, then outcome. Results are boxed,
/// as the strategies' outcome is of one type; nobody measures the cost of calls that are broken on purpose.
/// </summary>
internal sealed class ChaosInjector
{
    private readonly ResiliencePipeline<object> _http;
    private readonly ResiliencePipeline<object> _other;

    private ChaosInjector(string name, ChaosOptions options, TimeProvider time, Random random, PipelineTelemetry telemetry)
    {
        Options = options;
        var chance = new Jitter(random);
        var faulty = $"A fault was injected instead of calling '{name}' (Dependencies:{name}:Chaos:Fault).";
        _http = Builder(() => new HttpRequestException(HttpRequestError.ConnectionError, faulty))
            .AddChaosOutcome(new ChaosOutcomeStrategyOptions<object>
            {
                InjectionRate = options.Outcome.InjectionRate,
                Randomizer = chance.Next,
                OutcomeGenerator = _ => new(Outcome.FromResult<object>(new HttpResponseMessage((HttpStatusCode)options.Outcome.StatusCode))),
            })
            .Build();
        _other = Builder(() => new InjectedFaultException(faulty)).Build();

        ResiliencePipelineBuilder<object> Builder(Func<Exception> fault) =>
            new ResiliencePipelineBuilder<object> { Name = name, TimeProvider = time, TelemetryListener = new ChaosTelemetry(telemetry) }
                .AddChaosLatency(new ChaosLatencyStrategyOptions
                {
                    InjectionRate = options.Latency.InjectionRate,
                    Randomizer = chance.Next,
                    Latency = options.Latency.Latency,
                })
                .AddChaosFault(new ChaosFaultStrategyOptions
                {
                    InjectionRate = options.Fault.InjectionRate,
                    Randomizer = chance.Next,
                    FaultGenerator = _ => new(fault()),
                });
    }

    /// <summary>What it was made of.</summary>
    public ChaosOptions Options { get; }

    /// <summary>Null when nothing is injected; the one that is there when it was made of the same options.</summary>
    public static ChaosInjector? Renew(
        ChaosInjector? current, string name, ChaosOptions options, TimeProvider time, Func<Random> newRandom, PipelineTelemetry telemetry)
    {
        if (!options.Enabled || current?.Options == options)
        {
            return options.Enabled ? current : null;
        }

        return new ChaosInjector(name, options, time, options.Seed is { } seed ? new Random(seed) : newRandom(), telemetry);
    }

    /// <summary>Makes one attempt, or spoils it.</summary>
    /// <remarks>Takes the call by reference and stays out of line, so that the pipeline's frame has no room for a copy that it hardly ever makes.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public ValueTask<Outcome<T>> AttemptAsync<T, TCall>(in TCall call, int attempt, TimeSpan? limit, CancellationToken cancellationToken)
        where TCall : struct, ICall<T> => RunAsync<T, TCall>(call, attempt, limit, cancellationToken);

    private async ValueTask<Outcome<T>> RunAsync<T, TCall>(TCall call, int attempt, TimeSpan? limit, CancellationToken cancellationToken)
        where TCall : struct, ICall<T>
    {
        var context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, cancellationToken);
        var pipeline = typeof(T) == typeof(HttpResponseMessage) ? _http : _other;
        var outcome = await pipeline.ExecuteOutcomeAsync(
            static async (context, state) =>
            {
                var made = await state.call.AttemptAsync(state.attempt, state.limit, context.CancellationToken);
                return made.Exception is { } failure ? Outcome.FromException<object>(failure) : Outcome.FromResult<object>(made.Result!);
            },
            context,
            (call, attempt, limit));
        ResilienceContextPool.Shared.Return(context);
        return outcome.Exception is { } exception ? Outcome.FromException<T>(exception) : Outcome.FromResult((T)outcome.Result!);
    }
}
