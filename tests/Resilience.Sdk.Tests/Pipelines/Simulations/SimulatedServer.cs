namespace Resilience.Sdk.Tests.Pipelines.Simulations;

/// <summary>
/// A server that works on so many calls at once, for an exponentially distributed time, and queues the others up to a bound.
/// It does not notice that a client has given up: what is in the queue is worked on, in vain or not. That is what keeps a
/// retry storm going.
/// </summary>
internal sealed class SimulatedServer(Simulation time, int workers, TimeSpan service, int queueLimit, int seed)
{
    private readonly Random _random = new(seed);
    private readonly Queue<TaskCompletionSource<int>> _queue = new();
    private int _working;
    private Outage _outage;

    /// <summary>Calls that it can answer each second.</summary>
    public double Capacity => workers / service.TotalSeconds;

    public int Attempts { get; private set; }

    public Outage Outage
    {
        get => _outage;
        set
        {
            _outage = value;
            Work();
        }
    }

    public async ValueTask<int> CallAsync(CancellationToken cancellationToken)
    {
        Attempts++;
        if (Outage == Outage.Refuses || _queue.Count >= queueLimit)
        {
            throw new HttpRequestException("Refused.");
        }

        var call = new TaskCompletionSource<int>();
        await using var registration = cancellationToken.UnsafeRegister(static (waiting, token) => ((TaskCompletionSource<int>)waiting!).TrySetCanceled(token), call);
        _queue.Enqueue(call);
        Work();
        return await call.Task;
    }

    private void Work()
    {
        while (Outage == Outage.None && _working < workers && _queue.TryDequeue(out var call))
        {
            _working++;
            ITimer? done = null;
            done = time.CreateTimer(
                _ =>
                {
                    done!.Dispose();
                    _working--;
                    call.TrySetResult(42);
                    Work();
                },
                state: null,
                service * -Math.Log(1 - _random.NextDouble()),
                Timeout.InfiniteTimeSpan);
        }
    }
}
