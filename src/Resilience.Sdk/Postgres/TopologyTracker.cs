using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Resilience.Internal;
using Resilience.Regions;

namespace Resilience.Postgres;

/// <summary>
/// The one writer of a dependency's topology: takes observations from any thread, reduces them one after the other,
/// publishes the result. Readers take <see cref="Current"/> without a lock.
/// </summary>
internal sealed partial class TopologyTracker : IDisposable
{
    /// <summary>Enough for a burst of failing calls; more of the same say nothing new, and probes follow anyway.</summary>
    private const int MostPending = 1024;

    private static readonly TimeSpan AgeEvery = TimeSpan.FromSeconds(1);

    private readonly Channel<RegionObservation> _observations =
        Channel.CreateBounded<RegionObservation>(new BoundedChannelOptions(MostPending) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });

    private readonly TopologyRules _rules;
    private readonly ITopologyListener _listener;
    private readonly ILogger _logger;
    private readonly MonotonicClock _clock;
    private readonly Func<HoldState> _hold;
    private readonly ITimer _ageing;
    private TimeSpan _agedAt;
    private TaskCompletionSource _replaced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TopologyPublication _current;

    /// <param name="initial">The topology before the first observation.</param>
    /// <param name="rules">What the reducer decides by.</param>
    /// <param name="clock">The clock of all observations.</param>
    /// <param name="hold">Who holds all switches now.</param>
    /// <param name="listener">Told of each change, on the tracker's loop.</param>
    /// <param name="logger">For failures of the loop.</param>
    public TopologyTracker(RegionTopology initial, TopologyRules rules, MonotonicClock clock, Func<HoldState> hold, ITopologyListener listener, ILogger logger)
    {
        _hold = hold;
        _rules = rules;
        _listener = listener;
        _logger = logger;
        _current = new TopologyPublication(initial, _replaced.Task);
        _clock = clock;
        _agedAt = clock.Now;
        _ageing = clock.Time.CreateTimer(_ => Age(), null, AgeEvery, AgeEvery);
    }

    public TopologyPublication Current => Volatile.Read(ref _current);

    public void Observe(RegionObservation observation) => _observations.Writer.TryWrite(observation);

    /// <summary>Looks who holds all switches. Whoever decides about it calls this afterwards, so the last to decide is always seen.</summary>
    public void FollowHold()
    {
        if (!Current.Topology.Follows(_hold()))
        {
            Observe(new HoldDecided(null, _clock.Now));
        }
    }

    /// <summary>The same, and waits until it is so.</summary>
    /// <exception cref="TimeoutException">It was not taken note of in time. It may be yet.</exception>
    public async Task FollowHoldAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        var until = _clock.Now + patience;
        while (true)
        {
            var current = Current;
            if (current.Topology.Follows(_hold()))
            {
                return;
            }

            var left = until - _clock.Now;
            if (left <= TimeSpan.Zero)
            {
                throw new TimeoutException("This process has too much to do to take note of the decision. Repeat it: deciding twice is deciding once.");
            }

            // Told again after each change: what is observed in a burst of failing calls may be left out.
            FollowHold();
            await current.Replaced.WaitAsync(left, _clock.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var observation in _observations.Reader.ReadAllAsync(cancellationToken))
            {
                Apply(observation);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping is the only way out of the loop.
        }
    }

    public void Dispose() => _ageing.Dispose();

    internal void Apply(RegionObservation observation)
    {
        try
        {
            var before = _current.Topology;
            if (observation is HoldDecided decided)
            {
                // Looked up only now, on the loop: two who decided at the same time may have told of it in the other order.
                observation = decided with { State = _hold() };
            }

            var change = TopologyReducer.Reduce(before, observation, _rules);
            if (ReferenceEquals(change.Topology, before))
            {
                return;
            }

            _listener.Changing(change);
            Publish(change.Topology);
            _listener.Changed(before, change);

            // Whoever decided while this was being applied has looked at what was published before.
            FollowHold();
        }
#pragma warning disable CA1031 // One bad observation must not end the only loop that can find a writer.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Guarded.Run(() => LogFailed(_logger, exception, observation.GetType().Name));
        }
    }

    /// <summary>
    /// Lets time pass for the reducer. When this very timer comes late, the process slept or was starved, and so were its
    /// probes: that they are missing says nothing about the regions then.
    /// </summary>
    private void Age()
    {
        var now = _clock.Now;
        var overslept = now - _agedAt > 2 * AgeEvery;
        _agedAt = now;
        FollowHold();
        if (!overslept)
        {
            Observe(new TimePassed(now));
        }
    }

    private void Publish(RegionTopology topology)
    {
        var replaced = _replaced;
        _replaced = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _current, new TopologyPublication(topology, _replaced.Task));
        replaced.SetResult();
    }

    [LoggerMessage(1011, LogLevel.Error, "The observation {Observation} could not be applied; the topology stays as it was")]
    private static partial void LogFailed(ILogger logger, Exception exception, string observation);
}
