using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Resilience.Health;

namespace Resilience.AspNetCore.Drain;

/// <summary>
/// Begins to drain at SIGTERM and keeps the host from stopping until load balancers have had the time to notice. Ctrl-C and
/// a stop by the application itself do not wait: no orchestrator routes requests to such a process.
/// </summary>
internal sealed partial class DrainService(
    DrainState drain, Func<HealthOptions> options, IOptions<HostOptions> host, TimeProvider time, ILogger<DrainService> logger) : IHostedLifecycleService, IDisposable
{
    private PosixSignalRegistration? _signal;
    private volatile bool _terminated;

    /// <summary>Takes SIGTERM to have come; for tests that are one process.</summary>
    public void Terminate()
    {
        _terminated = true;
        drain.Begin();
    }

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        Check();

        // Handlers run in the reverse order of their registration, so this one comes before the host's own, which was
        // registered before any service started: when the host begins to stop, the reason is known.
        _signal = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Terminate());
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        drain.Begin();
        var delay = options().DrainDelay;
        if (!_terminated || delay <= TimeSpan.Zero)
        {
            return;
        }

        LogDraining(logger, delay.TotalSeconds);
        await Task.Delay(delay, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _signal?.Dispose();

    /// <exception cref="InvalidOperationException">The host, or the pod, would be ended in the middle of the drain.</exception>
    private void Check()
    {
        var health = options();
        var needed = health.DrainDelay + health.LongestRequest;
        if (host.Value.ShutdownTimeout < needed)
        {
            throw new InvalidOperationException(
                $"HostOptions.ShutdownTimeout is '{host.Value.ShutdownTimeout:c}', but Health:DrainDelay ('{health.DrainDelay:c}') and Health:LongestRequest ('{health.LongestRequest:c}') take '{needed:c}'. "
                + "Raise it with builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = …), or shorten them.");
        }

        if (health.TerminationGracePeriod is { } grace && grace <= needed)
        {
            throw new InvalidOperationException(
                $"Health:TerminationGracePeriod is '{grace:c}', but draining takes '{needed:c}' (DrainDelay and LongestRequest): the pod would be killed in the middle. Raise terminationGracePeriodSeconds.");
        }

        LogNeeds(logger, Math.Ceiling(needed.TotalSeconds) + 1);
    }

    [LoggerMessage(1430, LogLevel.Information, "Draining: readiness says no, requests are served for another {Seconds} s")]
    private static partial void LogDraining(ILogger logger, double seconds);

    [LoggerMessage(1431, LogLevel.Debug, "Draining takes up to {Seconds} s after SIGTERM: terminationGracePeriodSeconds, less the preStop hook, must not be below")]
    private static partial void LogNeeds(ILogger logger, double seconds);
}
