using System.Net;
using Resilience.Internal;

namespace Resilience.Postgres;

/// <summary>
/// Looks up the name of a server, before anybody connects to it. The system's resolver cannot be cancelled: asked by whoever
/// connects, and asked again after each time-out, it blocks one thread of the pool after the other for its own ten seconds or
/// more, and the process starves because its DNS is silent. Here a few threads of its own wait for it.
/// </summary>
internal sealed class NameLookup(string host, MonotonicClock clock, Func<string, IPAddress[]> resolve)
{
    private const int MostUnderWay = 4;

    /// <summary>An answer that takes longer may be lost, or come from before the resolver was mended; then it is asked once more.</summary>
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private Task<IPAddress[]>? _latest;
    private TimeSpan _askedAt;
    private int _underWay;
    private long _took;

    public NameLookup(string host, MonotonicClock clock)
        : this(host, clock, Dns.GetHostAddresses)
    {
    }

    /// <summary>False for an address, or the path of a local socket.</summary>
    public bool IsName { get; } = !IPAddress.TryParse(host, out _) && !host.StartsWith('/') && !host.StartsWith('@');

    /// <summary>How long the last answer took that had an address; zero before the first, and for what is no name.</summary>
    public TimeSpan Took => new(Interlocked.Read(ref _took));

    /// <summary>Finds the addresses; at once for what is no name.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">It cannot be.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public Task<IPAddress[]> ResolveAsync(CancellationToken cancellationToken)
    {
        if (!IsName)
        {
            return Task.FromResult<IPAddress[]>(IPAddress.TryParse(host, out var address) ? [address] : []);
        }

        lock (_gate)
        {
            if (_latest is null or { IsCompleted: true } || (clock.Now - _askedAt >= AskAgainAfter && _underWay < MostUnderWay))
            {
                _latest = Ask_NeedsLock();
            }

            return _latest.WaitAsync(cancellationToken);
        }
    }

    private Task<IPAddress[]> Ask_NeedsLock()
    {
        _askedAt = clock.Now;
        _underWay++;
        var asking = Task.Factory.StartNew(
            static state => ((NameLookup)state!).Ask(),
            this,
            CancellationToken.None,
            TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach,
            TaskScheduler.Default);

        // Its failure may be nobody's any more.
        _ = asking.ContinueWith(static done => done.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return asking;
    }

    private IPAddress[] Ask()
    {
        var begun = clock.Now;
        try
        {
            var addresses = resolve(host);
            Interlocked.Exchange(ref _took, (clock.Now - begun).Ticks);
            return addresses;
        }
        finally
        {
            lock (_gate)
            {
                _underWay--;
            }
        }
    }
}
