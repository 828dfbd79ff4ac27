using GameDay.Experiments;
using GameDay.Timing;
using Resilience.TestKit;

namespace GameDay.Deployment;

/// <summary>
/// The whole system under test: two database regions, Redis, the simulated services, and replicas of the payment service, with
/// what stands between them. Everything listens on loopback and is ended with it.
/// </summary>
internal sealed class PaymentSystem : IAsyncDisposable
{
    // What was started, so that a start that fails half way, like the end, takes everything down in the opposite order.
    private readonly Stack<IAsyncDisposable> _started = new();
    private readonly List<Replica> _replicas = [];

    private PaymentSystem(DeploymentSpec spec, RecoveryTargets targets) => (Spec, Targets) = (spec, targets);

    public DeploymentSpec Spec { get; }

    public RecoveryTargets Targets { get; }

    public DatabaseRegions Database { get; private set; } = null!;

    public RedisServer Redis { get; private set; } = null!;

    public ServiceProcess Simulators { get; private set; } = null!;

    public SimulatorFaults Faults { get; private set; } = null!;

    public IReadOnlyList<Replica> Replicas => _replicas;

    public SystemProxies Proxies { get; private set; } = null!;

    public SystemDisks Disks { get; private set; } = null!;

    /// <summary>Null unless the regions are reached by name.</summary>
    public RegionNames? Names { get; private set; }

    /// <summary>Null when there is one replica, which customers reach directly.</summary>
    public HaproxyProcess? Balancer { get; private set; }

    /// <summary>Where customers send their requests.</summary>
    public Uri Front => Balancer is null ? Replicas[0].Front : ReplicaProxies.FrontOf(Balancer);

    /// <summary>Starts everything; returns when the service can take payments.</summary>
    public static async Task<PaymentSystem> StartAsync(DeploymentSpec spec, RecoveryTargets targets, RunClock clock, int seed, CancellationToken ct)
    {
        var system = new PaymentSystem(spec, targets);
        try
        {
            await system.StartBackendsAsync(clock, seed, ct);
            await system.StartReplicasAsync(ct);
            return system;
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        while (_started.TryPop(out var one))
        {
            await one.DisposeAsync();
        }
    }

    private async Task StartBackendsAsync(RunClock clock, int seed, CancellationToken ct)
    {
        // Side by side: the simulators take as long to start as the databases.
        var database = TwoRegionPostgres.StartAsync(RegionNames.Options(Spec), ct);
        var redis = RedisServer.StartNewAsync(ct: ct);
        var simulators = ServiceProcess.StartAsync(new() { Program = ServicePaths.For("Simulators") }, "/health", ct);
        await Task.WhenAll(KeptAsync(database), KeptAsync(redis), KeptAsync(simulators));
        (Database, Redis, Simulators) = (new DatabaseRegions(await database, clock), await redis, await simulators);
        Faults = Kept(new SimulatorFaults(Simulators.BaseAddress));
        Disks = Kept(await SystemDisks.MountAsync(Spec, Database, ct));
        Names = Spec.Names ? Kept(RegionNames.Serve(Database)) : null;
        Proxies = Kept(SystemProxies.Start(Spec, this, seed));
    }

    private async Task StartReplicasAsync(CancellationToken ct)
    {
        // The first alone: it makes the tables, and compiles what the others find in the file cache.
        for (var number = 1; number <= Spec.Replicas; number++)
        {
            _replicas.Add(Kept(await Replica.LaunchAsync(this, number, ct)));
            if (number is 1)
            {
                await _replicas[0].WaitUntilReadyAsync(ct);
            }
        }

        await Task.WhenAll(_replicas.Skip(1).Select(replica => replica.WaitUntilReadyAsync(ct)));
        if (Spec.Replicas > 1)
        {
            Balancer = Kept(await ReplicaProxies.StartBalancerAsync(_replicas, ct));
        }
    }

    private async Task KeptAsync<T>(Task<T> starting)
        where T : IAsyncDisposable
    {
        Kept(await starting);
    }

    private T Kept<T>(T one)
        where T : IAsyncDisposable
    {
        lock (_started)
        {
            _started.Push(one);
        }

        return one;
    }
}
