using System.Globalization;
using Resilience.TestKit;

namespace GameDay.Deployment;

/// <summary>The whole system under test: two database regions, Redis, the simulated services and the payment service.</summary>
internal sealed class RegionalDeployment : IAsyncDisposable
{
    private RegionalDeployment(TwoRegionPostgres database, RedisServer redis, ServiceProcess simulators, ServiceProcess service)
    {
        (Database, Redis, Simulators, Service) = (database, redis, simulators, service);
        Health = new HealthClient(service.BaseAddress);
    }

    /// <summary>The objective that the service is configured with and the experiment judges by.</summary>
    public static TimeSpan RtoTarget { get; } = TimeSpan.FromMinutes(1);

    public static TimeSpan RpoTarget { get; } = TimeSpan.Zero;

    public TwoRegionPostgres Database { get; }

    public RedisServer Redis { get; }

    public ServiceProcess Simulators { get; }

    public ServiceProcess Service { get; }

    public HealthClient Health { get; }

    /// <summary>Starts everything; returns when the service can take payments.</summary>
    public static async Task<RegionalDeployment> StartAsync(CancellationToken ct)
    {
        var started = new Stack<IAsyncDisposable>();
        try
        {
            // Side by side: the services take as long to start as the databases.
            var database = TwoRegionPostgres.StartAsync(ct: ct);
            var redis = RedisServer.StartNewAsync(ct: ct);
            var simulators = ServiceProcess.StartAsync(new() { Program = ServicePaths.For("Simulators") }, "/health", ct);
            await Task.WhenAll(Kept(database, started), Kept(redis, started), Kept(simulators, started));

            var service = await ServiceProcess.StartAsync(
                new() { Program = ServicePaths.For("PaymentService"), Environment = Settings(await database, await simulators) }, ct: ct);
            started.Push(service);

            // Ready means that there is a writer; the tables come a moment later.
            await service.WaitUntilRespondingAsync("/accounts/nobody/payments", ct);
            return new RegionalDeployment(await database, await redis, await simulators, service);
        }
        catch
        {
            while (started.TryPop(out var one))
            {
                await one.DisposeAsync();
            }

            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Health.Dispose();
        await Service.DisposeAsync();
        await Simulators.DisposeAsync();
        await Redis.DisposeAsync();
        await Database.DisposeAsync();
    }

    private static async Task Kept<T>(Task<T> starting, Stack<IAsyncDisposable> started)
        where T : IAsyncDisposable
    {
        var one = await starting;
        lock (started)
        {
            started.Push(one);
        }
    }

    private static Dictionary<string, string?> Settings(TwoRegionPostgres database, ServiceProcess simulators)
    {
        var gateway = simulators.BaseAddress.GetLeftPart(UriPartial.Authority);
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["DrResilience__Region"] = database.East.Region,
            ["DrResilience__Objectives__Rto"] = RtoTarget.ToString("c", CultureInfo.InvariantCulture),
            ["DrResilience__Objectives__Rpo"] = RpoTarget.ToString("c", CultureInfo.InvariantCulture),
            ["Services__payment-gateway"] = gateway,
            ["Services__ml-service"] = gateway,
            ["Services__elasticsearch"] = gateway,
        };
        foreach (var (index, server) in database.All.Index())
        {
            var region = string.Create(CultureInfo.InvariantCulture, $"DrResilience__Dependencies__payments-db__Postgres__Regions__{index}__");
            settings[region + "Name"] = server.Region;
            settings[region + "ConnectionString"] = server.ConnectionString;
        }

        return settings;
    }
}
