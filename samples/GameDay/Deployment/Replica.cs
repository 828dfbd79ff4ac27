using System.Globalization;
using Resilience.TestKit;

namespace GameDay.Deployment;

/// <summary>One process of the service, in a zone, with what belongs to it alone.</summary>
internal sealed class Replica : IAsyncDisposable
{
    private static readonly string[] Zones = ["a", "b", "c"];

    private readonly ClockSkew? _clock;

    private Replica(int number, ServiceProcess service, HaproxyProcess? sidecar, ClockSkew? clock)
    {
        (Name, Zone, Service, Sidecar, _clock) = (NameOf(number), Zones[(number - 1) % Zones.Length], service, sidecar, clock);
        Health = new HealthClient(service.BaseAddress);
    }

    public static IReadOnlyList<string> AllZones => Zones;

    public static IReadOnlyList<string> AllNames { get; } = [.. Enumerable.Range(1, DeploymentSpec.MaxReplicas).Select(NameOf)];

    public string Name { get; }

    public string Zone { get; }

    public ServiceProcess Service { get; }

    /// <summary>The proxy through which all its HTTP goes; null when there is none.</summary>
    public HaproxyProcess? Sidecar { get; }

    public HealthClient Health { get; }

    /// <summary>Where it is reached from outside.</summary>
    public Uri Front => Sidecar is null ? Service.BaseAddress : ReplicaProxies.InboundOf(Sidecar);

    public bool IsRunning => !Service.HasExited;

    public static async Task<Replica> LaunchAsync(PaymentSystem system, int number, CancellationToken ct)
    {
        var clock = system.Spec.MovableClocks ? ClockSkew.Create() : null;
        var port = FreePort.Reserve();
        var sidecar = system.Spec.Sidecars ? await ReplicaProxies.StartSidecarAsync(NameOf(number), port, system, ct) : null;
        var settings = ServiceSettings.Of(system, sidecar, system.Disks.JournalOf(number));
        foreach (var (name, value) in clock?.Environment ?? new Dictionary<string, string?>(StringComparer.Ordinal))
        {
            settings[name] = value;
        }

        var service = ServiceProcess.Launch(new()
        {
            Program = system.Spec.ServiceProgram ?? ServicePaths.For("PaymentService"),
            Name = NameOf(number),
            Port = port,
            Environment = settings,
        });
        return new Replica(number, service, sidecar, clock);
    }

    public async Task WaitUntilReadyAsync(CancellationToken ct)
    {
        await Service.WaitUntilRespondingAsync("/health/ready", ct);

        // Ready means that there is a writer; the tables come a moment later.
        await Service.WaitUntilRespondingAsync("/accounts/nobody/payments", ct);
    }

    /// <summary>Starts it again, as a kubelet would; returns when it is ready.</summary>
    public async Task RestartAsync(CancellationToken ct)
    {
        await Service.RestartAsync(ct);
        await WaitUntilReadyAsync(ct);
    }

    /// <summary>Moves its wall clock; zero is the truth.</summary>
    public void SetClock(TimeSpan ahead) =>
        (_clock ?? throw new InvalidOperationException($"The clock of '{Name}' cannot be moved; the deployment needs movable-clocks.")).Set(ahead);

    public async ValueTask DisposeAsync()
    {
        Health.Dispose();
        await Service.DisposeAsync();
        if (Sidecar is not null)
        {
            await Sidecar.DisposeAsync();
        }

        _clock?.Dispose();
    }

    private static string NameOf(int number) => string.Create(CultureInfo.InvariantCulture, $"replica-{number}");
}
