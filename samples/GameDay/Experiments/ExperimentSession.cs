using GameDay.Deployment;
using GameDay.Terminal;
using GameDay.Timing;

namespace GameDay.Experiments;

/// <summary>What an experiment works with, and what it leaves running for whoever wants to look around afterwards.</summary>
internal sealed class ExperimentSession(ExperimentSettings settings, RunClock clock, RunStatus status) : IAsyncDisposable
{
    public ExperimentSettings Settings { get; } = settings;

    public RunClock Clock { get; } = clock;

    public RunStatus Status { get; } = status;

    /// <summary>Null until an experiment deployed something.</summary>
    public RegionalDeployment? Deployment { get; private set; }

    public async Task<RegionalDeployment> DeployAsync(CancellationToken ct) => Deployment = await RegionalDeployment.StartAsync(ct);

    public async ValueTask DisposeAsync()
    {
        if (Deployment is not null)
        {
            await Deployment.DisposeAsync();
        }
    }
}
