using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Polly;
using Resilience.Pipelines.CircuitBreaker;

namespace Resilience.Pipelines;

/// <summary>A named dependency: its pipeline, or one per authority.</summary>
internal sealed class Dependency : IDependency
{
    /// <summary>A client that calls this many hosts is a crawler; further ones share the dependency's own pipeline.</summary>
    private const int MostAuthorities = 1000;

    private readonly ConcurrentDictionary<string, DependencyPipeline> _byAuthority = new(StringComparer.OrdinalIgnoreCase);
    private readonly TimeProvider _time;
    private readonly Func<Random> _newRandom;

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "The strategy's options have nothing to validate by attributes.")]
    public Dependency(string name, DependencyOptions options, TimeProvider time, Func<Random> newRandom)
    {
        _time = time;
        _newRandom = newRandom;
        Whole = new DependencyPipeline(name, instance: null, options, time, newRandom);
        Pipeline = new ResiliencePipelineBuilder { Name = name, TimeProvider = time }
            .AddStrategy(_ => new DependencyStrategy(Whole), new DependencyStrategyOptions())
            .Build();
    }

    public string Name => Whole.Name;

    public ResiliencePipeline Pipeline { get; }

    public CircuitBreakerState Circuit => Whole.Breaker.Snapshot(Whole.Options.CircuitBreaker, _time.GetTimestamp()).State;

    public DependencyPipeline Whole { get; }

    /// <summary>Its own pipeline, then one for each authority called so far.</summary>
    public IEnumerable<DependencyPipeline> Pipelines => _byAuthority.Select(pipeline => pipeline.Value).Prepend(Whole);

    /// <summary>The breaker of those pipelines that holds back most.</summary>
    public BreakerSnapshot WorstBreaker() => Pipelines
        .Select(pipeline => pipeline.Breaker.Snapshot(pipeline.Options.CircuitBreaker, _time.GetTimestamp()))
        .MaxBy(breaker => (breaker.Restricts, breaker.State is CircuitBreakerState.ForcedOpen, breaker.State is CircuitBreakerState.Open, breaker.OpenFor, breaker.FailureRate))!;

    /// <summary>Whether calls have shown within the last while that it is well. With a pipeline for each authority one says nothing of the others.</summary>
    public bool HasSucceededWithin(TimeSpan last) => !Whole.Options.Http.ByAuthority && Whole.Breaker.HasSucceededWithin(last, _time.GetTimestamp());

    /// <summary>The pipeline for a request to this address.</summary>
    public DependencyPipeline For(Uri? address)
    {
        if (!Whole.Options.Http.ByAuthority || address is not { IsAbsoluteUri: true })
        {
            return Whole;
        }

        var authority = address.GetLeftPart(UriPartial.Authority);
        if (_byAuthority.TryGetValue(authority, out var pipeline))
        {
            return pipeline;
        }

        return _byAuthority.Count >= MostAuthorities
            ? Whole
            : _byAuthority.GetOrAdd(authority, static (key, self) => new DependencyPipeline(self.Name, key, self.Whole.Options, self._time, self._newRandom), this);
    }

    public void Apply(DependencyOptions options)
    {
        Whole.Apply(options);
        foreach (var pipeline in _byAuthority.Values)
        {
            pipeline.Apply(options);
        }
    }

    public async ValueTask<T> ExecuteAsync<T>(Func<CancellationToken, ValueTask<T>> attempt, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        var outcome = await Whole.ExecuteAsync<T, DelegateCall<T>>(new DelegateCall<T>(attempt, _time, cancellationToken));
        outcome.ThrowIfException();
        return outcome.Result!;
    }

    public async ValueTask ExecuteAsync(Func<CancellationToken, ValueTask> attempt, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        await ExecuteAsync(
            async token =>
            {
                await attempt(token);
                return true;
            },
            cancellationToken);
    }

    public void Force(CircuitBreakerMode? mode)
    {
        Whole.Breaker.Force(mode);
        foreach (var pipeline in _byAuthority.Values)
        {
            pipeline.Breaker.Force(mode);
        }
    }

    public void Reset()
    {
        Whole.Breaker.Reset();
        foreach (var pipeline in _byAuthority.Values)
        {
            pipeline.Breaker.Reset();
        }
    }
}
