using System.Collections.Concurrent;
using Resilience.Pipelines;
using Resilience.Pipelines.CircuitBreaker;
using Resilience.TestKit;

namespace Resilience.Sdk.Tests.Pipelines.CircuitBreaker;

/// <summary>A breaker on a clock that stands still, and the transitions it told of.</summary>
internal sealed class BreakerHarness
{
    public BreakerHarness(CircuitBreakerOptions? options = null, Random? random = null)
    {
        Options = options ?? new CircuitBreakerOptions();
        Breaker = new Breaker(Clock, random ?? new FixedRandom(), Transitions.Enqueue);
    }

    public ManualTimeProvider Clock { get; } = new();

    public CircuitBreakerOptions Options { get; set; }

    public Breaker Breaker { get; }

    public ConcurrentQueue<BreakerTransition> Transitions { get; } = new();

    public BreakerSnapshot Snapshot => Breaker.Snapshot(Options, Clock.GetTimestamp());

    public CircuitBreakerState State => Snapshot.State;

    public BreakerTicket Enter() => Breaker.TryEnter(Options, Clock.GetTimestamp());

    public BreakerTicket EnterAdmitted()
    {
        var ticket = Enter();
        Assert.True(ticket.Admitted, $"Rejected while {State}.");
        return ticket;
    }

    public void Exit(in BreakerTicket ticket, CallResult result, TimeSpan duration = default) =>
        Breaker.Exit(ticket, result, duration, Options, Clock.GetTimestamp());

    public void Call(CallResult result, TimeSpan duration = default) => Exit(EnterAdmitted(), result, duration);

    public void Calls(int count, CallResult result, TimeSpan duration = default)
    {
        for (var i = 0; i < count; i++)
        {
            Call(result, duration);
        }
    }

    public void Advance(double seconds) => Clock.Advance(TimeSpan.FromSeconds(seconds));

    /// <summary>Opens the circuit by failures in a row.</summary>
    public BreakerHarness Opened()
    {
        Calls(Options.ConsecutiveFailures, CallResult.Failure);
        Assert.Equal(CircuitBreakerState.Open, State);
        return this;
    }

    /// <summary>Opens the circuit and lets the break pass; the next call is a trial.</summary>
    public BreakerHarness Due()
    {
        Opened();
        Clock.Advance(Snapshot.OpenFor);
        return this;
    }
}
