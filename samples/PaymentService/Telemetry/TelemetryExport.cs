using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Resilience.Diagnostics;

namespace PaymentService.Telemetry;

/// <summary>
/// Sends metrics and traces by OTLP. The variables of OpenTelemetry say where to and how often; without
/// <see cref="EndpointVariable"/> nothing is sent and nothing is measured for it.
/// </summary>
internal sealed class TelemetryExport(IConfiguration configuration) : IHostedService, IDisposable
{
    public const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private static readonly string[] Meters =
        [DrResilienceDiagnostics.MeterName, "Polly", "Npgsql", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http", "System.Runtime"];

    private static readonly string[] Sources = [DrResilienceDiagnostics.ActivitySourceName, "Npgsql", "Microsoft.AspNetCore", "System.Net.Http"];

    private MeterProvider? _metrics;
    private TracerProvider? _traces;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(configuration[EndpointVariable]))
        {
            return Task.CompletedTask;
        }

        _metrics = Sdk.CreateMeterProviderBuilder().ConfigureResource(Describe).AddMeter(Meters).AddOtlpExporter().Build();
        _traces = Sdk.CreateTracerProviderBuilder().ConfigureResource(Describe).AddSource(Sources).AddOtlpExporter().Build();
        return Task.CompletedTask;
    }

    /// <summary>Sends what is left, for five seconds at most: a collector may be away.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        const int MostMilliseconds = 5_000;
        _traces?.Shutdown(MostMilliseconds);
        _metrics?.Shutdown(MostMilliseconds);
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _traces?.Dispose();
        _metrics?.Dispose();
    }

    // OTEL_SERVICE_NAME goes first, as OpenTelemetry has it.
    private static void Describe(ResourceBuilder resource) => resource.Clear().AddService("payment-service").AddTelemetrySdk().AddEnvironmentVariableDetector();
}
