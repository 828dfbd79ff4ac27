using Resilience.TestKit.Kubernetes;

namespace Resilience.IntegrationTests.Kubernetes;

/// <summary>A service's list of ready addresses as its clients see it: a moment later than the pods change.</summary>
internal sealed class Endpoints : IAsyncDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(50);
    private readonly List<(Pod Pod, Func<Uri> Address)> _pods = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly TimeSpan _delay;
    private readonly Task _loop;
    private Uri[] _ready = [];
    private int _next;

    /// <param name="delay">How long a change takes to reach the clients.</param>
    public Endpoints(TimeSpan delay)
    {
        _delay = delay;
        _loop = Task.Run(RunAsync);
    }

    public void Add(Pod pod, Func<Uri> address)
    {
        lock (_pods)
        {
            _pods.Add((pod, address));
        }
    }

    /// <summary>How many are ready.</summary>
    public int Count => Volatile.Read(ref _ready).Length;

    /// <summary>The next ready address, in turn.</summary>
    public Uri Next()
    {
        var ready = Volatile.Read(ref _ready);
        return ready[(uint)Interlocked.Increment(ref _next) % ready.Length];
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var changes = new Queue<(long At, Uri[] Ready)>();
        while (!_stop.IsCancellationRequested)
        {
            lock (_pods)
            {
                changes.Enqueue((TimeProvider.System.GetTimestamp(), [.. _pods.Where(entry => entry.Pod.IsReady).Select(entry => entry.Address())]));
            }

            while (changes.TryPeek(out var change) && TimeProvider.System.GetElapsedTime(change.At) >= _delay)
            {
                Volatile.Write(ref _ready, changes.Dequeue().Ready);
            }

            await Task.Delay(Period, TimeProvider.System, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
