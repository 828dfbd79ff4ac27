using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Simulators.Faults;
using Simulators.Gateway;
using Simulators.Http;
using Simulators.Rates;
using Simulators.Recommendations;
using Simulators.Search;

namespace Simulators;

/// <summary>Composes the simulated services, for the process and for tests that host them.</summary>
internal static class SimulatorHost
{
    private const int DefaultSeed = 1;

    public static void AddSimulators(this WebApplicationBuilder builder)
    {
        // First in the list, so that any other source overrides it: request logs would drown a load run.
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData = [new("Logging:LogLevel:Default", "Information"), new("Logging:LogLevel:Microsoft", "Warning")],
        });

        builder.UseDefaultAddress();

        // Development would turn an unreadable body into a stack trace; callers get the same answer everywhere.
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = false);
        builder.Services.AddProblemDetails();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(new SeededRandom(builder.Configuration.GetValue("Faults:Seed", DefaultSeed)));
        builder.Services.AddSingleton<FaultBoard>();
        builder.Services.AddSingleton<FaultInjector>();
        builder.Services.AddSingleton(new ChargeBook(builder.Configuration.GetValue("Gateway:Idempotent", true)));
    }

    public static void MapSimulators(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.MapFaults();
        app.MapHealth();
        app.MapGateway();
        app.MapRates();
        app.MapRecommendations();
        app.MapSearch();
        app.Lifetime.ApplicationStarted.Register(() => Log.Started(
            app.Logger,
            string.Join(' ', app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? []),
            app.Services.GetRequiredService<SeededRandom>().Seed,
            app.Services.GetRequiredService<ChargeBook>().Idempotent));
    }
}
