using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Npgsql;
using Resilience.TestKit;
using Xunit.Abstractions;

namespace Resilience.IntegrationTests.Payments;

/// <summary>
/// The gateway is down under a steady stream of payments to three replicas. Customers notice nothing but 202, the backlog is
/// gone soon after the return, live payments do not suffer from it, and one alert tells of it all.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class GatewayOutageTests(ITestOutputHelper output)
{
    private const string Down = """{"down":true}""";

    // The suite runs a part of the objective, 60 s at 100 payments a second, for which two cores are just enough and five
    // minutes pass; the figures in docs/degradation.md are of GATEWAY_OUTAGE_SECONDS=60 GATEWAY_OUTAGE_RATE=100.
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(Setting("GATEWAY_OUTAGE_SECONDS", 10));
    private static readonly int PerSecond = Setting("GATEWAY_OUTAGE_RATE", 40);

    [Fact]
    public async Task GatewayDown_UnderLoadOnThreeReplicas_NoError_Drained_LiveUnharmed_OneAlertEachWay()
    {
        using var threads = new ClientThreads();
        await using var alerts = await AlertReceiver.StartAsync();
        await using var fleet = await PaymentFleet.StartTwoRegionsAsync(
            replicas: 3,
            settings:
            [
                ("DrResilience__Alerts__Alertmanager", alerts.Address.ToString()),
                ("DrResilience__Alerts__SlackWebhook", new Uri(alerts.Address, "slack").ToString()),
                ("DrResilience__Degradation__gateway_alarm__dependency", "payment-gateway"),
                ("DrResilience__Degradation__gateway_alarm__on_failure__0__action", "alert"),
                ("DrResilience__Degradation__gateway_alarm__on_failure__0__severity", "critical"),
                ("DrResilience__Degradation__gateway_alarm__on_failure__0__message", "The gateway is down"),
                ("DrResilience__Dependencies__payment-gateway__CircuitBreaker__BreakDuration", "00:00:02"),
                ("DrResilience__Dependencies__payment-gateway__CircuitBreaker__MaxBreakDuration", "00:00:04"),
            ]);
        await using var load = new SteadyLoad(fleet, PerSecond);
        await load.RunAsync("warm", TimeSpan.FromSeconds(3));

        // The first outage of a process's life also compiles the way through the queue, which is measured on its own.
        await fleet.FaultAsync(Down);
        var first = await load.RunAsync("first", TimeSpan.FromSeconds(3));
        await fleet.HealAsync();
        load.Begin("between");
        await DrainedAsync(fleet.East);
        await load.EndAsync();
        await Eventually.UntilAsync(() => !alerts.Resolved.IsEmpty, () => "the first alert is not resolved", default);
        alerts.Forget();
        var normal = await load.RunAsync("normal", TimeSpan.FromSeconds(5));

        await fleet.FaultAsync(Down);
        var down = await load.RunAsync("down", Outage);
        await fleet.HealAsync();
        var healed = TimeProvider.System.GetTimestamp();
        load.Begin("live");
        await DrainedAsync(fleet.East);
        var drained = TimeProvider.System.GetElapsedTime(healed);
        var live = await load.EndAsync();
        await Eventually.UntilAsync(() => !alerts.Resolved.IsEmpty, () => "the alert is not resolved", default);

        output.WriteLine($"outage of {Outage.TotalSeconds:0} s at {PerSecond}/s: {down.Describe()}");
        output.WriteLine($"first outage, cold: {first.Describe()}");
        output.WriteLine($"normal: {normal.Describe()}");
        output.WriteLine($"while draining: {live.Describe()}");
        output.WriteLine($"drained {drained.TotalSeconds:0.0} s after the return; told {string.Join(", ", alerts.Told)}; firing {string.Join(", ", alerts.Firing)}, resolved {string.Join(", ", alerts.Resolved)}");
        Assert.Equal((0, 0, 0, 0), (first.Errors, normal.Errors, down.Errors, live.Errors));
        Assert.InRange(down.P99, TimeSpan.Zero, Slack(TimeSpan.FromMilliseconds(500), normal));
        Assert.InRange(drained, TimeSpan.Zero, TimeSpan.FromSeconds(60));
        Assert.InRange(live.P99, TimeSpan.Zero, Slack(2 * normal.P99, normal));
        Assert.Equal(["Critical: gateway_alarm: The gateway is down (payment-gateway)", "Resolved: gateway_alarm: The gateway is down (payment-gateway)"], alerts.Told.Order());
        Assert.Single(alerts.Firing);
        Assert.Equal(1, Assert.Single(alerts.Resolved).Value);
        await fleet.EachAcknowledgedIsChargedOnceAsync(fleet.East);
    }

    /// <summary>Looks twice a second over one connection, to cost the servers nothing.</summary>
    private static async Task DrainedAsync(PostgresServer server)
    {
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await using var connection = await source.OpenConnectionAsync();
        await using var count = new NpgsqlCommand("SELECT count(*) FILTER (WHERE state IN (0, 1)) = 0 AND count(*) > 0 FROM dr_resilience.queue_entry", connection);
        await Eventually.UntilAsync(
            async ct =>
            {
                await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System, ct);
                return (bool)(await count.ExecuteScalarAsync(ct))!;
            },
            () => "the backlog is not gone",
            default,
            TimeSpan.FromSeconds(120));
    }

    private static int Setting(string name, int otherwise) => int.Parse(Environment.GetEnvironmentVariable(name) ?? $"{otherwise}", CultureInfo.InvariantCulture);

    /// <summary>On a machine on which the same load alone has a p99 of hundreds of milliseconds, that much is its own.</summary>
    private static TimeSpan Slack(TimeSpan limit, LoadFigures normal) =>
        normal.P99 > TimeSpan.FromMilliseconds(150) ? limit + (2 * normal.P99) : limit + TimeSpan.FromMilliseconds(50);

    private sealed record LoadFigures(int Count, int Errors, int Queued, TimeSpan Median, TimeSpan P99)
    {
        public string Describe() => string.Create(
            CultureInfo.InvariantCulture, $"{Count} payments, {Errors} errors, {Queued} queued, median {Median.TotalMilliseconds:0} ms, p99 {P99.TotalMilliseconds:0} ms");
    }

    /// <summary>Payments at a set rate, whether earlier ones were answered or not. The wait for a late start counts.</summary>
    private sealed class SteadyLoad(PaymentFleet fleet, int perSecond) : IAsyncDisposable
    {
        private CancellationTokenSource _stop = new();
        private Task<LoadFigures>? _running;

        public async Task<LoadFigures> RunAsync(string prefix, TimeSpan duration)
        {
            Begin(prefix);
            await Task.Delay(duration, TimeProvider.System);
            return await EndAsync();
        }

        public void Begin(string prefix)
        {
            _stop = new CancellationTokenSource();
            _running = SendAllAsync(prefix, _stop.Token);
        }

        public async Task<LoadFigures> EndAsync()
        {
            await _stop.CancelAsync();
            return await _running!;
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            if (_running is not null)
            {
                await _running;
            }
        }

        private async Task<LoadFigures> SendAllAsync(string prefix, CancellationToken stop)
        {
            var started = TimeProvider.System.GetTimestamp();
            var sending = new List<Task<PaymentAttempt>>();
            while (!stop.IsCancellationRequested)
            {
                var due = TimeSpan.FromSeconds((double)sending.Count / perSecond);
                var ahead = due - TimeProvider.System.GetElapsedTime(started);
                if (ahead > TimeSpan.Zero)
                {
                    await Task.Delay(ahead, TimeProvider.System, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    continue;
                }

                sending.Add(SendAsync($"{prefix}{sending.Count}", sending.Count, -ahead));
            }

            var attempts = await Task.WhenAll(sending);
            var times = attempts.Select(attempt => attempt.Took).Order().ToList();
            return new LoadFigures(
                attempts.Length,
                attempts.Count(attempt => attempt.Status is not (HttpStatusCode.Created or HttpStatusCode.Accepted)),
                attempts.Count(attempt => attempt.Status == HttpStatusCode.Accepted),
                times[times.Count / 2],
                times[(int)(times.Count * 0.99)]);
        }

        private async Task<PaymentAttempt> SendAsync(string key, int number, TimeSpan late)
        {
            var attempt = await fleet.PayAsync(key, number % fleet.Replicas.Count);
            return attempt with { Took = attempt.Took + late };
        }
    }

    /// <summary>Takes what an Alertmanager and a channel of Slack take. To the former each replica may tell of the same alert, because there equal labels are one.</summary>
    private sealed class AlertReceiver(WebApplication app) : IAsyncDisposable
    {
        public ConcurrentBag<string> Told { get; } = [];

        public ConcurrentDictionary<string, int> Firing { get; } = new(StringComparer.Ordinal);

        public ConcurrentDictionary<string, int> Resolved { get; } = new(StringComparer.Ordinal);

        public void Forget()
        {
            Told.Clear();
            Firing.Clear();
            Resolved.Clear();
        }

        public Uri Address => new(app.Urls.First());

        public static async Task<AlertReceiver> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.Configuration["urls"] = $"http://127.0.0.1:{FreePort.Reserve()}";
            var app = builder.Build();
            var receiver = new AlertReceiver(app);
            app.MapPost("/api/v2/alerts", async (HttpRequest request) =>
            {
                foreach (var alert in (await JsonDocument.ParseAsync(request.Body)).RootElement.EnumerateArray())
                {
                    var end = alert.TryGetProperty("endsAt", out var at) ? at.GetDateTimeOffset() : DateTimeOffset.MaxValue;
                    var about = alert.GetProperty("labels").GetRawText();
                    (end <= TimeProvider.System.GetUtcNow() ? receiver.Resolved : receiver.Firing).AddOrUpdate(about, 1, (_, times) => times + 1);
                }
            });
            app.MapPost("/slack", async (HttpRequest request) =>
            {
                using var message = await JsonDocument.ParseAsync(request.Body);
                receiver.Told.Add(message.RootElement.GetProperty("text").GetString()!);
            });
            await app.StartAsync();
            return receiver;
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }
}
