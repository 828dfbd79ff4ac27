using Microsoft.Extensions.Hosting;

namespace Resilience.DependencyInjection;

/// <summary>
/// Checks the configuration when the host starts and sets the loops going. It waits for no region: a host whose
/// databases are all down starts, answers its probes and recovers by itself.
/// </summary>
internal sealed class DrResilienceStarter(IServiceProvider services) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Resolving reads the configuration and throws with all its errors.
        _ = ((DatabaseRegistry)services.GetService(typeof(DatabaseRegistry))!).All;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
