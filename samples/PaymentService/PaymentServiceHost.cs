using System.Text;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection.Extensions;
using PaymentService.Cache;
using PaymentService.Checkout;
using PaymentService.Gateway;
using PaymentService.Http;
using PaymentService.Ledger;
using PaymentService.Payments;
using PaymentService.Rates;
using PaymentService.Recommendations;
using PaymentService.Search;
using PaymentService.Services;
using PaymentService.Telemetry;

namespace PaymentService;

/// <summary>Composes the service, for the process and for tests that host it.</summary>
internal static class PaymentServiceHost
{
    public static void AddPaymentService(this WebApplicationBuilder builder)
    {
        // One line at start, none for each request.
        builder.AddDefaults(
            [new("Logging:LogLevel:Default", "Information"), new("Logging:LogLevel:Microsoft", "Warning"), new("Logging:LogLevel:Npgsql", "Warning")]);
        builder.UseDefaultAddress();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // The server would refuse a key that is not UTF-8 before the service can say what is wrong with it.
            kestrel.RequestHeaderEncodingSelector = name =>
                name.Equals(IdempotencyKey.Header, StringComparison.OrdinalIgnoreCase) ? Encoding.Latin1 : null;
        });

        var services = builder.Services;
        // Answers are never put into HTML, and the apostrophe of a message should stay readable.
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = false);
        services.AddProblemDetails();
        services.TryAddSingleton(TimeProvider.System);
        services.AddHostedService<TelemetryExport>();

        builder.Configuration.AddDrYaml(builder.Configuration["DegradationFile"] ?? Path.Combine(AppContext.BaseDirectory, "degradation.yaml"));
        builder.AddLedger();
        builder.AddCache();
        builder.AddGateway();
        builder.AddSearch();
        builder.AddRecommendations();
        builder.AddRates();
        builder.AddCheckout();
        builder.AddPayments();
    }

    public static void MapPaymentService(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.MapPayments();
        app.MapRates();
        app.MapCheckout();
        app.MapSearch();
        app.MapRecommendations();
        app.Lifetime.ApplicationStarted.Register(() => LogStart(app));
    }

    private static void LogStart(WebApplication app)
    {
        using var scope = app.Services.CreateScope();
        Log.Started(
            app.Logger,
            string.Join(' ', app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? []),
            app.Services.GetRequiredService<IPaymentLedger>().Description,
            scope.ServiceProvider.GetRequiredService<IPaymentGateway>().Description);
    }
}
