using Microsoft.Extensions.Hosting;
using Resilience.Redis.Connections;

namespace Resilience.Redis.DependencyInjection;

/// <summary>Finds the server for answers when the host starts: a name that is not configured must not wait for the first call that fails.</summary>
internal sealed class RedisAnswersStarter(RedisConnections connections, string dependency) : IHostedService
{
    /// <exception cref="InvalidOperationException">No Redis dependency of that name is configured.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Connecting goes on in the background.
        _ = connections.Get(dependency).GetAsync();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
