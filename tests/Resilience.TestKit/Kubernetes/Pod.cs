namespace Resilience.TestKit.Kubernetes;

/// <summary>
/// A pod under a kubelet: three probes that never overlap with themselves, a container that is restarted when startup or
/// liveness fails, and a readiness gate. Its times are those of the <see cref="TimeProvider"/>.
/// </summary>
internal sealed class Pod : IAsyncDisposable
{
    private readonly IPodContainer _container;
    private readonly PodSpec _spec;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _restarting = new(1);
    private readonly SemaphoreSlim _statusChanged = new(0);
    private readonly List<Task> _loops = [];
    private readonly HttpProbe _http;
    private readonly ProbeWorker _startup;
    private readonly ProbeWorker _liveness;
    private readonly ProbeWorker _readiness;
    private long _startedAt;
    private volatile bool _deleted;
    private int _number;

    private Pod(IPodContainer container, PodSpec spec, TimeProvider time)
    {
        (_container, _spec, _time) = (container, spec, time);
        _http = new HttpProbe(container.Probes, time);
        _startup = new ProbeWorker(ProbeKind.Startup, spec.Startup);
        _liveness = new ProbeWorker(ProbeKind.Liveness, spec.Liveness);
        _readiness = new ProbeWorker(ProbeKind.Readiness, spec.Readiness);
    }

    /// <summary>How often the kubelet has restarted the container.</summary>
    public int Restarts => Volatile.Read(ref _number);

    public bool IsStarted => _startup.Verdict == ProbeResult.Success;

    /// <summary>Whether the pod is among the ready endpoints of its service.</summary>
    public bool IsReady => IsStarted && _readiness.Verdict == ProbeResult.Success && !_deleted;

    /// <summary>Whether it ever was.</summary>
    public bool WasReady { get; private set; }

    /// <summary>How often it has left the ready endpoints.</summary>
    public int TimesUnready { get; private set; }

    /// <summary>The last answer of the readiness probe.</summary>
    public string LastAnswer { get; private set; } = "";

    /// <summary>Whether the process ended by itself when the pod was deleted; null before.</summary>
    public bool? EndedByItself { get; private set; }

    public static async Task<Pod> StartAsync(IPodContainer container, PodSpec spec, TimeProvider? time = null)
    {
        var pod = new Pod(container, spec, time ?? TimeProvider.System);
        await pod.StartContainerAsync();
        foreach (var worker in new[] { pod._startup, pod._liveness, pod._readiness })
        {
            pod._loops.Add(Task.Run(() => pod.RunAsync(worker)));
        }

        return pod;
    }

    /// <summary>Deletes the pod: it leaves the ready endpoints, preStop runs, then SIGTERM, at last SIGKILL.</summary>
    public async Task DeleteAsync()
    {
        _deleted = true;
        await Task.Delay(_spec.PreStop, _time);
        EndedByItself = await _container.StopAsync(_spec.Remaining);
        await StopLoopsAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopLoopsAsync();
        _http.Dispose();
        _restarting.Dispose();
        _statusChanged.Dispose();
        _stop.Dispose();
    }

    private async Task StopLoopsAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_loops);
    }

    private async Task StartContainerAsync()
    {
        await _container.StartAsync();
        Volatile.Write(ref _startedAt, _time.GetTimestamp());
    }

    private async Task RunAsync(ProbeWorker worker)
    {
        var due = _time.GetTimestamp();
        while (!_stop.IsCancellationRequested)
        {
            var number = Restarts;
            if (worker.Asks(number, _time.GetElapsedTime(Volatile.Read(ref _startedAt)), IsStarted, _deleted))
            {
                await AskAsync(worker, number);
            }

            // One that takes longer than its period is followed by the next at once.
            due += (long)(worker.Spec.Period.TotalSeconds * _time.TimestampFrequency);
            var wait = _time.GetElapsedTime(_time.GetTimestamp(), due);
            if (wait > TimeSpan.Zero)
            {
                await WaitAsync(worker, wait);
            }
            else
            {
                due = _time.GetTimestamp();
            }
        }
    }

    /// <summary>A change of the pod's status makes the kubelet ask at once whether it is ready, while it is not.</summary>
    private async Task WaitAsync(ProbeWorker worker, TimeSpan wait)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var pause = Task.Delay(wait, _time, over.Token);
        var nudged = worker.Kind == ProbeKind.Readiness ? _statusChanged.WaitAsync(over.Token) : Task.Delay(Timeout.InfiniteTimeSpan, _time, over.Token);
        await Task.WhenAny(pause, nudged);
        await over.CancelAsync();
        await Task.WhenAll(pause, nudged).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task AskAsync(ProbeWorker worker, int number)
    {
        var (result, body) = await _http.AskAsync(worker.Spec);
        if (number != Restarts)
        {
            return;
        }

        var changed = worker.Take(result);
        if (changed && IsStarted && !IsReady)
        {
            _statusChanged.Release();
        }

        if (worker.Kind == ProbeKind.Readiness)
        {
            LastAnswer = body;
            WasReady |= IsReady;
            TimesUnready += changed && worker.Verdict == ProbeResult.Failure ? 1 : 0;
        }
        else if (changed && worker.Verdict == ProbeResult.Failure && !_deleted)
        {
            await RestartAsync(number);
        }
    }

    private async Task RestartAsync(int number)
    {
        await _restarting.WaitAsync();
        try
        {
            if (number == Restarts)
            {
                await _container.StopAsync(_spec.Remaining);

                // What asked the old one may answer late; what asks from here on asks the new one.
                Interlocked.Increment(ref _number);
                await StartContainerAsync();
            }
        }
        finally
        {
            _restarting.Release();
        }
    }
}
