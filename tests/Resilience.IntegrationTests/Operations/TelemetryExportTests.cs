using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Resilience.TestKit;

namespace Resilience.IntegrationTests.Operations;

/// <summary>What a collector is sent by PaymentService as a process.</summary>
public sealed class TelemetryExportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("telemetry-").FullName;

    [Fact]
    public async Task EndpointSet_TheCollectorGetsMetricsAndTraces()
    {
        var received = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        await using var collector = await CollectAsync(received);
        await using var service = await ServiceProcess.StartAsync(new ServiceProcessOptions
        {
            Program = ServicePaths.For("PaymentService"),
            Environment = new Dictionary<string, string?>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Urls.First(),
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
                ["OTEL_BSP_SCHEDULE_DELAY"] = "500",
                ["Embedded__Path"] = Path.Combine(_folder, "payments.db"),
                ["OTEL_SERVICE_NAME"] = "payments-of-the-test",
            },
        }, "health/ready");
        using var http = new HttpClient { BaseAddress = service.BaseAddress };
        (await http.GetAsync("rates?base=EUR")).EnsureSuccessStatusCode();

        await SeenAsync("/v1/metrics", "dr.inbound.limit");
        await SeenAsync("/v1/metrics", "http.server.request.duration");
        await SeenAsync("/v1/metrics", "payments-of-the-test");
        await SeenAsync("/v1/traces", "Microsoft.AspNetCore.Hosting.HttpRequestIn");

        Task SeenAsync(string path, string text) => Eventually.UntilAsync(
            () => received.GetValueOrDefault(path)?.Contains(text, StringComparison.Ordinal) == true,
            () => $"No '{text}' at {path}; there was something at {string.Join(", ", received.Keys)}. {string.Join('\n', service.Output)}",
            CancellationToken.None);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<WebApplication> CollectAsync(ConcurrentDictionary<string, string> received)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Reserve()}"));
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.MapPost("/v1/{signal}", async context =>
        {
            // Names are plain text within the protobuf.
            using var reader = new StreamReader(context.Request.Body, Encoding.Latin1);
            var text = await reader.ReadToEndAsync(context.RequestAborted);
            received.AddOrUpdate(context.Request.Path, text, (_, before) => before + text);
        });
        await app.StartAsync();
        return app;
    }
}
