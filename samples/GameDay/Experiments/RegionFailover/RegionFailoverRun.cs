using GameDay.Checks;
using GameDay.Deployment;
using GameDay.History;
using GameDay.Load;
using GameDay.Terminal;
using GameDay.Timing;

namespace GameDay.Experiments.RegionFailover;

/// <summary>One run: deploy, load, steady state, fault, load, drain, verification.</summary>
internal sealed class RegionFailoverRun(ExperimentSession session)
{
    /// <summary>What an alert operator or an orchestrator needs to order the promotion.</summary>
    private static readonly TimeSpan PromotionDelay = TimeSpan.FromSeconds(1);

    private const int ControlWindows = 4;

    private static readonly TimeSpan FailoverRecordPatience = TimeSpan.FromSeconds(5);

    private readonly ExperimentSettings _settings = session.Settings;
    private readonly RunClock _clock = session.Clock;
    private readonly RunStatus _status = session.Status;
    private TimeSpan _controlStartedAt = TimeSpan.MaxValue;
    private CheckResult? _steady;

    public async Task<Evidence> ExecuteAsync(CancellationToken ct)
    {
        _status.Plan(
            new RunPhase("starting two regions, Redis, the services", TimeSpan.FromSeconds(6)),
            new RunPhase("warm-up", _settings.WarmUp),
            new RunPhase("control", _settings.Control),
            new RunPhase("writer killed", PromotionDelay),
            new RunPhase("promotion and load", _settings.Duration),
            new RunPhase("verification", TimeSpan.FromSeconds(2)));
        _status.NextPhase();
        var deployment = await session.DeployAsync(ct);
        var fault = new RegionLossFault(deployment.Database.East, deployment.Database.West, _clock);

        using var guard = new ErrorRateGuard(_settings.Load.Rate);
        var history = new OperationHistory { Recorded = operation => { _status.Observe(operation); guard.Observe(operation); } };
        var acknowledged = new AcknowledgedPayments();
        using var client = new PaymentClient(deployment.Service.BaseAddress, _settings.Load, _clock, history, acknowledged);
        _status.CountInFlight(() => client.InFlight);

        using var stopWatch = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var watch = new WriterWatch(deployment.Health, _clock, health => _status.SetWriter(health?.Writer, health?.Status ?? "unknown"))
            .RunAsync(stopWatch.Token);
        using var stopLoad = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var loadStartedAt = _clock.Now;
        var load = new OpenLoopLoad(client, new RequestMix(_settings.Seed, _settings.Load, acknowledged), _settings.Load, _clock)
            .RunAsync(stopLoad.Token);

        string? abortReason = null;
        using var method = CancellationTokenSource.CreateLinkedTokenSource(ct, guard.Tripped);
        try
        {
            await ApplyMethodAsync(history, fault, method.Token);
        }
        catch (OperationCanceledException) when (guard.Reason is not null && !ct.IsCancellationRequested)
        {
            abortReason = guard.Reason;
            _status.Tell($"stop condition: {abortReason}");
            await fault.RollBackAsync(ct);
        }
        finally
        {
            await stopLoad.CancelAsync();
        }

        var loadStoppedAt = _clock.Now;
        _status.NextPhase();
        await load;
        var evidence = await VerifyAsync(
            deployment,
            new Evidence
            {
                Operations = history.Snapshot(),
                LoadStartedAt = loadStartedAt,
                ControlStartedAt = _controlStartedAt,
                LoadStoppedAt = loadStoppedAt,
                Steady = _steady,
                Loss = fault.Loss,
                AbortReason = abortReason,
            },
            ct);
        await stopWatch.CancelAsync();
        await watch;
        return evidence;
    }

    private async Task ApplyMethodAsync(OperationHistory history, RegionLossFault fault, CancellationToken ct)
    {
        _status.NextPhase();
        await _clock.WaitUntilAsync(_clock.Now + _settings.WarmUp, ct);

        _status.NextPhase();
        if (!await ReachSteadyStateAsync(history, ct))
        {
            return;
        }

        _status.NextPhase();
        var (dead, survivor) = (fault.Loss.Dead, fault.Loss.Survivor);
        _status.Tell($"kill -9 of {dead}, the writer");
        await fault.KillAsync(ct);
        await _clock.WaitUntilAsync(fault.Loss.KilledAt!.Value + PromotionDelay, ct);

        _status.NextPhase();
        _status.Tell($"promotion of {survivor} ordered");
        await fault.PromoteAsync(ct);
        _status.Tell($"{survivor} is writable");
        await _clock.WaitUntilAsync(fault.Loss.PromotedAt!.Value + _settings.Duration, ct);
    }

    /// <summary>The last control window counts. A slow machine gets more than one.</summary>
    private async Task<bool> ReachSteadyStateAsync(OperationHistory history, CancellationToken ct)
    {
        for (var window = 0; window < ControlWindows && _steady is not { Held: true }; window++)
        {
            _controlStartedAt = _clock.Now;
            await _clock.WaitUntilAsync(_controlStartedAt + _settings.Control, ct);
            var control = HistoryWindow.Of("control", history.EndedSince(_controlStartedAt).Where(o => o.IntendedAt >= _controlStartedAt));
            _steady = SteadyState.Check(control, _settings.Load.Rate, _settings.Control);
            _status.Tell(_steady.Held ? $"steady: {_steady.Detail}" : $"not steady: {_steady.Detail}");
        }

        return _steady!.Held;
    }

    private async Task<Evidence> VerifyAsync(RegionalDeployment deployment, Evidence evidence, CancellationToken ct)
    {
        var loss = evidence.Loss;
        var promoted = loss.PromotedAt is not null;
        var survivor = promoted ? deployment.Database.West : deployment.Database.East;
        _status.Tell("verifying the ledger and the charges against the history");
        try
        {
            return evidence with
            {
                Failover = loss.KilledAt is null ? null : await FailoverRecordAsync(deployment.Health, loss, ct),
                Ledger = await LedgerVerification.RunAsync(
                    survivor.AdminConnectionString, evidence.Operations, promoted ? loss.Dead : null, _clock, ct),
                Charges = await GatewayAudit.RunAsync(
                    deployment.Simulators.BaseAddress, evidence.Operations, loss.KilledAt ?? evidence.LoadStoppedAt, ct),
            };
        }
        catch (Exception e) when (e is Npgsql.NpgsqlException or HttpRequestException or TimeoutException && !ct.IsCancellationRequested)
        {
            return evidence with { VerificationError = e.Message };
        }
    }

    private async Task<FailoverMoments?> FailoverRecordAsync(HealthClient health, RegionLoss loss, CancellationToken ct)
    {
        var until = _clock.Now + FailoverRecordPatience;
        while (true)
        {
            var records = (await health.TryReadAsync(ct))?.Failovers ?? [];
            var record = records.LastOrDefault(f => f.To == loss.Survivor && _clock.FromUtc(f.DetectedAt) >= loss.KilledAt);
            if (record?.FirstSuccessAt is not null || _clock.Now >= until)
            {
                return record;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), _clock.Time, ct);
        }
    }
}
