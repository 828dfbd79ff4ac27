using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Resilience.AspNetCore.Management;
using Resilience.DependencyInjection;
using Resilience.Health.Watchdog;
using Resilience.Internal;

namespace Resilience.AspNetCore.Health;

/// <summary>Starts and stops what the probes need: the watchdog, the management listener and the watch over the application's own listener.</summary>
internal sealed partial class HealthHost(
    SettingsMonitor settings,
    ProbeBoard board,
    ManagementPages pages,
    ListenerWatch listener,
    FleetWatch fleet,
    IServer server,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<HealthHost> logger) : IHostedLifecycleService, IDisposable
{
    private static readonly TimeSpan ListenerInterval = TimeSpan.FromSeconds(2);
    private WatchdogThread? _watchdog;
    private WatchdogThread? _listenerThread;
    private ManagementListener? _management;

    /// <summary>Where the management listener listens; null when there is none.</summary>
    public IPEndPoint? ManagementAddress => _management?.Address;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        board.Publish();
        lifetime.ApplicationStarted.Register(board.Publish);
        _watchdog = new WatchdogThread("dr-watchdog", board.Round, WatchdogThread.Period, logger);
        _watchdog.Start();
        fleet.Start();
        return Task.CompletedTask;
    }

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        var addresses = server.Features.Get<IServerAddressesFeature>()?.Addresses.Select(BindingAddress.Parse).ToList() ?? [];
        if (settings.Current.Health.ManagementPort is { } port)
        {
            StartManagement(port, addresses);
        }

        if (ListenerProbe.Of(addresses) is { } probe)
        {
            _listenerThread = new WatchdogThread("dr-listener-watch", () => listener.Last = probe.Try(), ListenerInterval, logger);
            _listenerThread.Start();
        }

        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken)
    {
        // The application's listener goes before the others; that it refuses now is as it should be.
        _listenerThread?.Dispose();
        listener.Last = ListenerAnswer.NotTried;
        return Task.CompletedTask;
    }

    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _listenerThread?.Dispose();
        _management?.Dispose();
        _watchdog?.Dispose();
        _management = null;
    }

    /// <exception cref="InvalidOperationException">Another process has the port.</exception>
    private void StartManagement(int port, List<BindingAddress> addresses)
    {
        if (addresses.Any(address => address.Port == port))
        {
            LogOwnPort(logger, port);
            return;
        }

        try
        {
            _management = new ManagementListener(
                new IPEndPoint(Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any, port), pages.Answer, new MonotonicClock(time), logger);
        }
        catch (SocketException exception)
        {
            throw new InvalidOperationException($"Health:ManagementPort {port} cannot be listened on ({exception.SocketErrorCode}). Choose another port, or end the process that has it.", exception);
        }
    }

    [LoggerMessage(1421, LogLevel.Warning, "Health:ManagementPort {Port} is a port of the application itself, so probes on it wait for the thread pool. Let the application leave it, and it gets a listener of its own")]
    private static partial void LogOwnPort(ILogger logger, int port);
}
