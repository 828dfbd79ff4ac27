using Microsoft.Extensions.Logging;
using Npgsql;
using Resilience.Internal;
using Resilience.Regions;

namespace Resilience.Postgres.Probing;

/// <summary>
/// The loop that looks at one region: calmly while all is well, quickly while the writer is in doubt. It produces
/// observations and decides nothing; how often it looks and whether it claims follow from the published topology.
/// </summary>
internal sealed partial class RegionMonitor : IAsyncDisposable
{
    private const int MostAbandoned = 4;
    private static readonly TimeSpan AfterFailedTick = TimeSpan.FromSeconds(1);

    private readonly string _region;
    private readonly ProbeSource _source;
    private readonly Func<RegionProbe> _newProbe;
    private readonly TopologyTracker _tracker;
    private readonly MonotonicClock _clock;
    private readonly Random _random;
    private readonly ILogger _logger;
    private readonly Signal _wake = new();
    private RegionProbe _probe;
    private RegionProbe? _late;
    private int _abandoned;
    private bool _isDisposed;

    public RegionMonitor(
        string region, ProbeSource source, Func<RegionProbe> newProbe, TopologyTracker tracker, MonotonicClock clock, Random random, ILogger logger)
    {
        _region = region;
        _source = source;
        _newProbe = newProbe;
        _probe = newProbe();
        _tracker = tracker;
        _clock = clock;
        _random = random;
        _logger = logger;
    }

    public void Wake() => _wake.Set();

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await TickAsync(cancellationToken);
                await _wake.WaitAsync(NextPause(), _clock.Time, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // The loop outlives any single failure.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Guarded.Run(() => LogTickFailed(_logger, exception, _region));
                await Task.Delay(AfterFailedTick, _clock.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>One look, reported to the tracker whatever its result.</summary>
    internal async Task TickAsync(CancellationToken cancellationToken)
    {
        var started = _clock.Now;
        if (Volatile.Read(ref _abandoned) >= MostAbandoned)
        {
            Report(started, new RegionFailure(RegionFailureKind.TimedOut, "it did not answer in time"));
            return;
        }

        await AdoptAsync();
        var topology = _tracker.Current.Topology;
        var claimFor = topology.Claimant == _region ? _region : null;
        var probe = _probe;
        var nameTakes = probe.NameTakes;
        var limit = ProbePace.Patience(topology[_region], probe.IsConnected, claimFor is not null) + nameTakes;
        var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var asking = probe.AskAsync(claimFor, topology[_region].Report is { } last ? topology.KnownTerm(last.SystemIdentifier).Epoch : 0, enough.Token);
        try
        {
            var report = await AnswerAsync(asking, limit, cancellationToken);
            _tracker.Observe(new ServerReported(_region, started, _clock.Now, report));
            enough.Dispose();
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException && !asking.IsFaulted)
        {
            // Told before it is given up: giving up a hung connection takes its time.
            Report(started, new RegionFailure(RegionFailureKind.TimedOut, $"it did not answer within {limit.TotalMilliseconds:0} ms"));
            Abandon(probe, asking, started + nameTakes, enough);
            cancellationToken.ThrowIfCancellationRequested();
        }
        catch (PostgresException exception) when (claimFor is not null && FailureClassifier.OfOpen(exception) is null or { Kind: RegionFailureKind.DiskFull })
        {
            enough.Dispose();
            await probe.DropAsync();
            _tracker.Observe(new ClaimFailed(_region, _clock.Now, FailureClassifier.OfProbe(exception)));
        }
        catch (Exception exception) when (asking.IsFaulted || asking.IsCanceled)
        {
            enough.Dispose();
            await probe.DropAsync();
            Report(started, FailureClassifier.OfProbe(exception));
        }
    }

    public async ValueTask DisposeAsync()
    {
        Volatile.Write(ref _isDisposed, true);
        await _probe.DisposeAsync();
        await DisposeAsync(Interlocked.Exchange(ref _late, null));
        await _source.DisposeAsync();
    }

    /// <summary>Gives up what was made for it; for one that has never run.</summary>
    public void Discard() => _source.Dispose();

    private static ValueTask DisposeAsync(RegionProbe? probe) => probe?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>
    /// A connection that was made too late is a connection all the same. To make another in its place, as all other processes would, is what
    /// keeps a server too busy to answer in time.
    /// </summary>
    private async Task AdoptAsync()
    {
        if (Interlocked.Exchange(ref _late, null) is not { } late)
        {
            return;
        }

        var other = late;
        if (!_probe.IsConnected)
        {
            (other, _probe) = (_probe, late);
        }

        await other.DisposeAsync();
    }

    /// <summary>
    /// Waits for the answer. When the time-out itself comes late, the process slept or was starved, and the answer may lie
    /// unread: it gets the same time once more, or a busy process would take a well server for a hung one.
    /// (Local health awareness: Dadgar, Phillips, Currey, "Lifeguard", 2017.)
    /// </summary>
    private async Task<ServerReport> AnswerAsync(Task<ServerReport> asking, TimeSpan limit, CancellationToken cancellationToken)
    {
        var begun = _clock.Now;
        try
        {
            return await asking.WaitAsync(limit, _clock.Time, cancellationToken);
        }
        catch (TimeoutException) when (!asking.IsFaulted && _clock.Now - begun > 1.5 * limit)
        {
            return await asking.WaitAsync(limit, _clock.Time, cancellationToken);
        }
    }

    private void Report(TimeSpan started, RegionFailure failure) =>
        _tracker.Observe(new ProbeFailed(_region, started, _clock.Now, failure));

    /// <summary>
    /// A hung server does not even let go: cancelling opens another connection to it, and does so synchronously. So the probe
    /// is left to end by itself and a new one takes its place; only a few may be pending at once. An answer that comes late
    /// makes the next time-outs longer: the server is slow, and not gone.
    /// </summary>
    private void Abandon(RegionProbe probe, Task asking, TimeSpan started, CancellationTokenSource enough)
    {
        Interlocked.Increment(ref _abandoned);
        _probe = _newProbe();
        _ = Task.Run(FinishAsync);

        async Task FinishAsync()
        {
            try
            {
                await asking.WaitAsync(ProbePace.LongestPatience, _clock.Time, enough.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (asking.IsCompletedSuccessfully)
                {
                    var took = _clock.Now - started;
                    _tracker.Observe(new AnsweredLate(_region, _clock.Now, took > TimeSpan.Zero ? took : TimeSpan.Zero));
                    enough.Dispose();
                    await DisposeAsync(Interlocked.Exchange(ref _late, probe));
                    if (Volatile.Read(ref _isDisposed))
                    {
                        await DisposeAsync(Interlocked.Exchange(ref _late, null));
                    }

                    Interlocked.Decrement(ref _abandoned);
                    return;
                }

                await BlockingCancellation.RunAsync(enough);
                await asking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await probe.DisposeAsync();
                enough.Dispose();
            }
#pragma warning disable CA1031 // Nobody waits for this connection any more.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Guarded.Run(() => LogTickFailed(_logger, exception, _region));
            }

            Interlocked.Decrement(ref _abandoned);
        }
    }

    private TimeSpan NextPause() => ProbePace.Pause(_tracker.Current.Topology, _region) * (0.8 + (0.4 * _random.NextDouble()));

    [LoggerMessage(1010, LogLevel.Warning, "Looking at region '{Region}' failed in a way that was not foreseen; the loop goes on")]
    private static partial void LogTickFailed(ILogger logger, Exception exception, string region);
}
