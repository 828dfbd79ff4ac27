using GameDay.Deployment;
using GameDay.Terminal;
using GameDay.Timing;

namespace GameDay.Experiments;

/// <summary>What an experiment works with, and what it leaves running for whoever wants to look around afterwards.</summary>
internal sealed class ExperimentSession(ExperimentSettings settings, RecoveryTargets targets, RunClock clock, RunStatus status) : IAsyncDisposable
{
    public ExperimentSettings Settings { get; } = settings;

    public RecoveryTargets Targets { get; } = targets;

    public RunClock Clock { get; } = clock;

    public RunStatus Status { get; } = status;

    /// <summary>Null until an experiment deployed something.</summary>
    public PaymentSystem? System { get; private set; }

    public async Task<PaymentSystem> DeployAsync(DeploymentSpec deployment, CancellationToken ct) =>
        System = await PaymentSystem.StartAsync(deployment, Targets, Clock, Settings.Seed, ct);

    public async ValueTask DisposeAsync()
    {
        if (System is not null)
        {
            await System.DisposeAsync();
        }
    }
}
