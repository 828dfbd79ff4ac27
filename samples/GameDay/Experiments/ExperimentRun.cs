using GameDay.Checks;
using GameDay.Deployment;
using GameDay.History;
using GameDay.Load;
using GameDay.Terminal;
using GameDay.Timing;

namespace GameDay.Experiments;

/// <summary>One run: deploy, load, steady state, method, undo, steady state again, verification.</summary>
internal sealed class ExperimentRun(Experiment experiment, ExperimentSession session)
{
    /// <summary>What the service's keys of outcomes begin with; what its replicas share is no cache.</summary>
    private const string CachedPayments = "payments:";

    private static readonly TimeSpan FailoverRecordPatience = TimeSpan.FromSeconds(5);

    private readonly ExperimentSettings _settings = session.Settings;
    private readonly RunClock _clock = session.Clock;
    private readonly RunStatus _status = session.Status;
    private readonly LoadOptions _load = LoadOf(experiment, session.Settings);

    private TimeSpan Observe => _settings.Observe ?? experiment.Observe;

    public async Task<Evidence> ExecuteAsync(CancellationToken ct)
    {
        Plan();
        var system = await session.DeployAsync(experiment.Deployment with { ServiceProgram = _settings.ServiceProgram }, ct);
        using var guard = new ErrorRateGuard(_load.Rate, experiment.MaxErrorRate);
        var history = new OperationHistory { Recorded = operation => { _status.Observe(operation); guard.Observe(operation); } };
        var acknowledged = new AcknowledgedPayments();
        using var client = new PaymentClient(system.Front, _load, _clock, history, acknowledged);
        _status.CountInFlight(() => client.InFlight);

        using var stopWatch = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var watch = new HealthWatch(system.Replicas, _clock, health => _status.SetWriter(health?.Writer, health?.Status ?? "no answer"));
        var watching = watch.RunAsync(stopWatch.Token);
        using var stopLoad = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var loadStartedAt = _clock.Now;
        var load = new OpenLoopLoad(client, new RequestMix(_settings.Seed, _load, acknowledged), _load, _clock).RunAsync(stopLoad.Token);

        var evidence = new Evidence { Operations = [], LoadStartedAt = loadStartedAt, LoadStoppedAt = loadStartedAt };
        try
        {
            var steady = new SteadyState(experiment.SteadyState, _load.Rate, history, client, _clock, _status);
            evidence = await BreakAndRestoreAsync(evidence, system, steady, guard, ct);
        }
        finally
        {
            await stopLoad.CancelAsync();
            await load;
            await stopWatch.CancelAsync();
            await watching;
        }

        _status.NextPhase();
        evidence = evidence with { LoadStoppedAt = _clock.Now, Operations = history.Snapshot() };
        evidence = await VerifyAsync(evidence, system, ct);
        return evidence with { Episodes = watch.Episodes };
    }

    private static LoadOptions LoadOf(Experiment experiment, ExperimentSettings settings)
    {
        var standard = new LoadOptions();
        return standard with
        {
            Rate = settings.Rate ?? experiment.Load.Rate ?? standard.Rate,
            Retries = experiment.Load.Retries,
            Seed = settings.Seed,
            Mix = experiment.Load.Mix.Count > 0 ? experiment.Load.Mix : standard.Mix,
        };
    }

    private void Plan()
    {
        _status.Plan(
            new RunPhase("starting the system", TimeSpan.FromSeconds(5 + (2 * experiment.Deployment.Replicas))),
            new RunPhase("warm-up", _settings.WarmUp),
            new RunPhase("steady state before", _settings.Control),
            new RunPhase("method", experiment.MethodLength - experiment.Observe + Observe),
            new RunPhase("undoing everything", TimeSpan.FromSeconds(2)),
            new RunPhase("steady state after", TimeSpan.FromSeconds(2)),
            new RunPhase("verification", TimeSpan.FromSeconds(2)));
        _status.NextPhase();
    }

    private async Task<Evidence> BreakAndRestoreAsync(
        Evidence evidence, PaymentSystem system, SteadyState steady, ErrorRateGuard guard, CancellationToken ct)
    {
        _status.NextPhase();
        await _clock.WaitUntilAsync(_clock.Now + _settings.WarmUp, ct);
        _status.NextPhase();
        var (from, before) = await steady.BeforeAsync(_settings.Control, ct);
        evidence = evidence with { ControlStartedAt = from, SteadyBefore = before };
        if (evidence.SteadyBefore is not { Held: true })
        {
            return evidence;
        }

        _status.NextPhase();
        guard.Arm();
        var method = new MethodRunner(system, _clock, _status);
        using var running = CancellationTokenSource.CreateLinkedTokenSource(ct, guard.Tripped);
        try
        {
            await method.RunAsync(experiment.Method, running.Token, ct);
            await _clock.WaitUntilAsync(_clock.Now + Observe, running.Token);
        }
        catch (OperationCanceledException) when (guard.Reason is not null && !ct.IsCancellationRequested)
        {
            evidence = evidence with { AbortReason = guard.Reason };
            _status.Tell($"stop condition: {guard.Reason}");
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            evidence = evidence with { StepError = $"A step failed: {e.Message}" };
            _status.Tell(evidence.StepError);
        }

        _status.NextPhase();
        evidence = evidence with { RollbackError = await RollBackAsync(method, ct) };
        evidence = evidence with { RestoredAt = _clock.Now, Injected = method.Done };
        _status.NextPhase();
        return evidence with { SteadyAfter = await steady.AfterAsync(ct) };
    }

    /// <summary>Undoes what is left and runs the rollbacks, whatever happened before; null when all of it was possible.</summary>
    private async Task<string?> RollBackAsync(MethodRunner method, CancellationToken ct)
    {
        var errors = new List<string>();
        foreach (var part in new[] { method.UndoAllAsync, token => method.RunAsync(experiment.Rollbacks, token, token), method.UndoAllAsync })
        {
            try
            {
                await part(ct);
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                errors.Add(e.Message);
            }
        }

        return errors.Count == 0 ? null : string.Join(" ", errors);
    }

    private async Task<Evidence> VerifyAsync(Evidence evidence, PaymentSystem system, CancellationToken ct)
    {
        _status.Tell("verifying the ledger and the charges against the history");
        try
        {
            var health = await FinalHealthAsync(system, system.Database.Losses.Any(loss => loss.PromotedAt is not null) ? 1 : 0, ct);
            var books = await BookKeeping.RunAsync(system.Database, system.Simulators.BaseAddress, evidence.Operations, _clock, ct);
            return evidence with
            {
                Losses = [.. system.Database.Losses],
                Failovers = health?.Failovers ?? [],
                LossDeclaredAt = health?.Failovers.Select(failover => (TimeSpan?)_clock.FromUtc(failover.DetectedAt)).Where(at => at >= evidence.FaultAt).Min(),
                FinalWriter = health?.Writer,
                CacheKeys = await system.Redis.CountKeysAsync(CachedPayments, ct),
                Books = books,
                Verification = Verification.Of(evidence.Operations, books),
            };
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            return evidence with { Losses = [.. system.Database.Losses], VerificationError = e.Message };
        }
    }

    /// <summary>What the replica says that saw most; a record of a failover is complete a moment after its first success.</summary>
    private async Task<ServiceHealth?> FinalHealthAsync(PaymentSystem system, int records, CancellationToken ct)
    {
        var until = _clock.Now + FailoverRecordPatience;
        while (true)
        {
            ServiceHealth? best = null;
            foreach (var replica in system.Replicas)
            {
                var health = await replica.Health.TryReadAsync(ct);
                best = (health?.Failovers.Count ?? -1) > (best?.Failovers.Count ?? -1) ? health : best;
            }

            var complete = best is not null && best.Failovers.Count >= records && best.Failovers.All(failover => failover.FirstSuccessAt is not null);
            if (complete || _clock.Now >= until)
            {
                return best;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), _clock.Time, ct);
        }
    }
}
