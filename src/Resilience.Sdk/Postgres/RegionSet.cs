using Microsoft.Extensions.Logging;
using Npgsql;
using Resilience.Internal;
using Resilience.Regions;

namespace Resilience.Postgres;

/// <summary>
/// Everything that runs for one configuration of a database: a pool and a monitor per region, the tracker, the route.
/// A new configuration makes a new set beside the old one, which takes over when it has a writer.
/// </summary>
internal sealed class RegionSet : ITopologyListener, IAsyncDisposable
{
    private static readonly TimeSpan LongestBlock = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan FullDiskRests = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stopping = new();
    private readonly RegionSetContext _context;
    private readonly TopologyTracker _tracker;
    private readonly RegionEndpointFactory _factory;
    private readonly List<Task> _loops = [];
    private RegionSet? _candidate;
    private bool _isInUse;
    private WriterRoute? _route;
    private Reign? _reign;

    public RegionSet(PostgresOptions options, RegionTopology? before, RegionSetContext context)
    {
        Options = options;
        Stopping = _stopping.Token;
        _context = context;
        var names = options.Regions.Select(region => region.Name).ToList();
        Rules = new TopologyRules
        {
            Switch = options.Switch.Mode,
            Approvals = options.Switch.Approvals,
            ApprovalExpiry = options.Switch.ApprovalExpiry,
            NeedsWitness = options.Switch.Corroboration == Corroboration.Strict,
        };
        _tracker = new TopologyTracker(
            (before?.Restart(names) ?? RegionTopology.Create(names, context.Terms.Latest)).With(context.Hold.State),
            Rules,
            context.Clock,
            () => context.Hold.State,
            this,
            context.Logger);
        _factory = new RegionEndpointFactory(options, Rules, _tracker, context);
        try
        {
            Endpoints = _factory.CreateAll();
        }
        catch
        {
            _tracker.Dispose();
            throw;
        }
    }

    public PostgresOptions Options { get; }

    public TopologyRules Rules { get; }

    public IReadOnlyList<RegionEndpoint> Endpoints { get; }

    public TopologyPublication Current => _tracker.Current;

    /// <summary>Where writes go now, or null. One volatile read.</summary>
    public WriterRoute? Route => Volatile.Read(ref _route);

    /// <summary>Cancelled when the set is disposed; valid for ever, for callers that still wait on it.</summary>
    public CancellationToken Stopping { get; }

    /// <summary>False while the set is only tried: it then leaves no evidence.</summary>
    public bool IsInUse
    {
        get => Volatile.Read(ref _isInUse);
        init => _isInUse = value;
    }

    public void Start()
    {
        _loops.Add(Task.Run(() => _tracker.RunAsync(Stopping)));
        _loops.AddRange(Endpoints.Select(endpoint => Task.Run(() => endpoint.Monitor.RunAsync(Stopping))));
    }

    public RegionEndpoint Endpoint(string region) => Endpoints.First(endpoint => endpoint.Region == region);

    /// <summary>Connections to a region beside its pool, for who holds one for long. The caller disposes of it.</summary>
    public NpgsqlDataSource CreateUnpooled(string region) => _factory.CreateUnpooled(Options.Regions.First(one => one.Name == region));

    /// <summary>Takes note of a failed call.</summary>
    /// <returns>The same region is of use to the caller again when a probe sent after this moment has proven it.</returns>
    public TimeSpan Observe(RegionEndpoint endpoint, long generation, RegionFailure failure)
    {
        var now = _context.Clock.Now;
        _tracker.Observe(new CallFailed(endpoint.Region, generation, now, failure));

        // A probe only reads, so it does not tell when there is room again; asking at every probe would not make any.
        return failure.Kind == RegionFailureKind.DiskFull ? now + FullDiskRests : now;
    }

    /// <summary>Takes note of who holds all switches now.</summary>
    public void FollowHold() => _tracker.FollowHold();

    /// <summary>The same, and waits until it is so.</summary>
    /// <exception cref="TimeoutException">It was not taken note of in time. It may be yet.</exception>
    public async Task FollowHoldAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Stopping);
        await _tracker.FollowHoldAsync(patience, either.Token);
    }

    /// <summary>Takes note of a term that another replica has seen.</summary>
    public void Hear(RememberedTerm seen) => _tracker.Observe(new TermTold(seen, _context.Clock.Now));

    /// <summary>
    /// Waits for a writer. A caller that saw one fail says which and when: it gets a later writer, or the same once a probe
    /// sent after the failure has proven it anew.
    /// </summary>
    /// <returns>The route, or null when time is up.</returns>
    public async ValueTask<WriterRoute?> WaitForRouteAsync(SeenFailure? seen, Deadline deadline, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Stopping);
        while (true)
        {
            var current = _tracker.Current;
            if (Proven(current.Topology, seen) is { } route)
            {
                return route;
            }

            if (!await deadline.WaitAsync(current.Replaced, either.Token))
            {
                return null;
            }
        }
    }

    /// <summary>The same, blocking the thread.</summary>
    public WriterRoute? WaitForRoute(SeenFailure? seen, Deadline deadline)
    {
        while (true)
        {
            var current = _tracker.Current;
            if (Proven(current.Topology, seen) is { } route)
            {
                return route;
            }

            var remaining = deadline.Remaining;
            if (remaining <= TimeSpan.Zero || Stopping.IsCancellationRequested)
            {
                return null;
            }

#pragma warning disable VSTHRD002 // Blocking is what the caller asked for.
            // A replaced set publishes nothing more; so the wait is cut into pieces.
            current.Replaced.Wait(remaining < LongestBlock ? remaining : LongestBlock);
#pragma warning restore VSTHRD002
        }
    }

    public void Changing(TopologyChange change)
    {
        foreach (var happened in change.Events)
        {
            if (IsInUse)
            {
                // Before the route, so that the first success on it finds its record.
                _context.Recorder.On(happened);
            }

            Act(happened, change.Topology);
        }
    }

    public void Changed(RegionTopology before, TopologyChange change)
    {
        var after = change.Topology;
        if (before.HighestTerm != after.HighestTerm || before.Remembered != after.Remembered)
        {
            Volatile.Read(ref _candidate)?.Learn(after);
            if ((after.SystemIdentifier ?? after.Remembered?.SystemIdentifier) is { } cluster)
            {
                _context.Terms.Remember(cluster, after.KnownTerm(cluster));
            }
        }

        if (before.Phase != after.Phase || (after.Claimant is not null && before.Claimant != after.Claimant))
        {
            foreach (var endpoint in Endpoints)
            {
                endpoint.Monitor.Wake();
            }
        }

        // Log providers and metric listeners are other people's code: they come last and cannot stop the switch.
        foreach (var happened in change.Events)
        {
            Guarded.Run(() => RegionTelemetry.Tell(_context, IsInUse, happened));
        }
    }

    /// <summary>While another set is tried beside this one, it learns of every term that this one sees.</summary>
    public void Teach(RegionSet? candidate)
    {
        Volatile.Write(ref _candidate, candidate);
        candidate?.Learn(Current.Topology);
        candidate?.FollowHold();
    }

    /// <summary>
    /// Is in use from now on, in the place of a set that has stopped. A failover that this set saw before the other did is
    /// put on record here, or it would be on none.
    /// </summary>
    public void TakeOverFrom(RegionSet stopped)
    {
        var before = stopped.Current.Topology.Writer ?? stopped.Current.Topology.LastWriter;
        if (before is not null && Current.Topology.Writer is { } writer && writer.Region != before.Region)
        {
            _context.Recorder.On(new WriterElected(_context.Clock.Now, writer.Region, writer, before.Region));
        }

        FollowHold();
        Volatile.Write(ref _isInUse, true);
    }

    /// <summary>What is under way in the writer of this set ends: another set has another writer.</summary>
    public void EndReign() => _reign?.End();

    /// <summary>Ends all observing. The route stays, for calls under way.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        _tracker.Dispose();
        await Task.WhenAll(_loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Volatile.Write(ref _route, null);
        foreach (var endpoint in Endpoints)
        {
            await endpoint.DisposeAsync();
        }
    }

    /// <summary>The route, if its writer is proven as far as the caller needs it.</summary>
    private WriterRoute? Proven(RegionTopology topology, SeenFailure? seen) =>
        topology.Writer is { } writer && Route is { } route && route.Generation == writer.Generation
            && (seen is not { } failure || writer.Generation > failure.Generation || writer.VerifiedAt >= failure.At)
            ? route
            : null;

    private void Act(TopologyEvent happened, RegionTopology topology)
    {
        switch (happened)
        {
            case WriterLost lost:
                Volatile.Write(ref _route, null);
                Endpoint(lost.Region).Pool.TurnAway();
                if (!topology[lost.Region].IsSilent)
                {
                    Endpoint(lost.Region).Pool.Forget();
                }

                // Else a slow server would have to accept all connections anew, which makes it slower still. If another is
                // elected, or it turns out to be restarted, they are forgotten then.
                break;
            case ServerRestarted restarted:
                Endpoint(restarted.Region).Pool.Forget();
                Scatter(restarted.Region);
                break;
            case WriterElected elected:
                var former = _reign;
                _reign = new Reign(elected.Writer.Generation, elected.Writer.Term.Epoch);

                // First, so that nobody commits on the former writer after anybody could on this one.
                former?.End();
                Volatile.Write(ref _route, new WriterRoute(this, Endpoint(elected.Region), _reign));
                if (elected.Previous is { } previous && previous != elected.Region)
                {
                    if (topology.Find(previous)?.Condition != RegionCondition.Standby)
                    {
                        // A planned switchover may have made it a standby by now, whose connections are new ones.
                        GiveUp(previous, elected.Region);
                    }

                    Scatter(elected.Region);
                }

                break;
            case WriterConfirmed { WasLost: true } confirmed:
                // Elected before: a set never confirms a writer that it has not elected, except one that it took over with a reload.
                _reign ??= new Reign(topology.Writer!.Generation, topology.Writer.Term.Epoch);
                Volatile.Write(ref _route, new WriterRoute(this, Endpoint(confirmed.Region), _reign));
                break;
            case RegionChanged { To: RegionCondition.Standby or RegionCondition.Writable } changed:
                Endpoint(changed.Region).Warm(Stopping);
                break;
            case RegionSilent silent when (topology.Writer ?? topology.LastWriter)?.Region is { } other && other != silent.Region:
                GiveUp(silent.Region, other);
                break;
            case RegionChanged { To: RegionCondition.Unreachable } changed:
                Endpoint(changed.Region).Pool.TurnAway();
                break;
        }
    }

    /// <summary>Nothing that is under way there is waited for any more.</summary>
    private void GiveUp(string region, string writer)
    {
        if (Endpoints.FirstOrDefault(endpoint => endpoint.Region == region) is { } former)
        {
            former.Pool.Forget();
            if (IsInUse && Endpoints.FirstOrDefault(endpoint => endpoint.Region == writer) is { } spared)
            {
                former.BreakConnections(spared);
            }
        }
    }

    /// <summary>All processes are about to make connections to it at once.</summary>
    private void Scatter(string region) => Endpoint(region).Pool.Scatter(_context.NewRandom().NextDouble());

    private void Learn(RegionTopology seen)
    {
        _tracker.Observe(new TermSeen(seen.HighestTerm, seen.SystemIdentifier, _context.Clock.Now));
        if (seen.Remembered is { } told)
        {
            Hear(told);
        }
    }
}
