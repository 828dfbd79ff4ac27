namespace Resilience.TestKit.Kubernetes;

/// <summary>
/// Decides what the results of one probe mean, as the kubelet does (pkg/kubelet/prober/worker.go, v1.32). Pure: somebody else
/// asks and keeps the time.
/// </summary>
internal sealed class ProbeWorker(ProbeKind kind, ProbeSpec spec)
{
    private ProbeResult _last;
    private int _run;
    private long _container = -1;
    private bool _onHold;

    public ProbeKind Kind => kind;

    public ProbeSpec Spec => spec;

    /// <summary>The verdict: what the thresholds have made of the results.</summary>
    public ProbeResult Verdict { get; private set; }

    /// <summary>How many equal results there were last.</summary>
    public int Run => _run;

    /// <summary>Whether the probe asks now.</summary>
    /// <param name="container">The number of the running container.</param>
    /// <param name="sinceStart">How long it has been running.</param>
    /// <param name="isStarted">Whether its startup probe has succeeded, or it has none.</param>
    /// <param name="isDeleted">Whether the pod is being deleted.</param>
    public bool Asks(long container, TimeSpan sinceStart, bool isStarted, bool isDeleted)
    {
        if (container != _container)
        {
            // The run of results and its last one are carried over to the new container.
            _container = container;
            _onHold = false;
            Verdict = kind switch
            {
                ProbeKind.Readiness => ProbeResult.Failure,
                ProbeKind.Liveness => ProbeResult.Success,
                _ => ProbeResult.Unknown,
            };
        }

        if (isDeleted && kind != ProbeKind.Readiness)
        {
            Verdict = ProbeResult.Success;
            return false;
        }

        return !_onHold && sinceStart >= spec.InitialDelay && isStarted == (kind != ProbeKind.Startup);
    }

    /// <summary>Takes a result.</summary>
    /// <returns>Whether the verdict has changed.</returns>
    public bool Take(ProbeResult result)
    {
        if (result == ProbeResult.Unknown)
        {
            return false;
        }

        _run = result == _last ? _run + 1 : 1;
        _last = result;
        if (_run < (result == ProbeResult.Failure ? spec.FailureThreshold : spec.SuccessThreshold))
        {
            return false;
        }

        var changed = Verdict != result;
        Verdict = result;
        if (kind == ProbeKind.Startup || (kind == ProbeKind.Liveness && result == ProbeResult.Failure))
        {
            // Until there is another container, nothing more is asked.
            _onHold = true;
            _run = result == ProbeResult.Failure ? 0 : _run;
        }

        return changed;
    }
}
