using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Resilience.TestKit;
using Xunit.Abstractions;

namespace Resilience.IntegrationTests.Payments;

/// <summary>A payment that takes its process with it whenever it is tried.</summary>
public sealed class PoisonTests(ITestOutputHelper output)
{
    private const string Poison = "poison";

    [Fact]
    public async Task PaymentThatKillsItsProcess_IsParkedAfterItsAttempts_AndTheOthersAreMade()
    {
        var down = true;
        var charged = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        var tried = 0;
        ServiceProcess? victim = null;
        await using var gateway = await LocalServer.StartAsync(app => app.Run(async context =>
        {
            var key = context.Request.Headers["Idempotency-Key"].ToString();
            if (Volatile.Read(ref down) || context.Request.Method != HttpMethods.Post)
            {
                context.Abort();
                return;
            }

            if (key == Poison)
            {
                Interlocked.Increment(ref tried);
                await victim!.KillAsync();
                return;
            }

            charged.TryAdd(key, 0);
            context.Response.StatusCode = StatusCodes.Status201Created;
            await context.Response.WriteAsJsonAsync(new { id = $"ch_{key}", status = "captured" });
        }));
        var server = await PostgresServer.StartPrimaryAsync(new PostgresServerOptions { Region = "us-east-1" });
        await using var fleet = await PaymentFleet.StartAsync(
            [server],
            server,
            1,
            new Uri(gateway.Urls.First()),
            ("DrResilience__Queues__payment_service__MaxAttempts", "2"),
            ("DrResilience__Queues__payment_service__Lease", "00:00:01"));
        victim = fleet.Replicas[0];
        var attempts = await fleet.PayAllAsync([Poison, .. Enumerable.Range(0, 5).Select(i => $"fine{i}")]);
        Assert.All(attempts, attempt => Assert.Equal(HttpStatusCode.Accepted, attempt.Status));

        Volatile.Write(ref down, false);
        using var over = new CancellationTokenSource();
        var restarting = RestartWheneverItDiesAsync(fleet, over.Token);
        await PaymentFleet.UntilAsync(
            server,
            "(SELECT count(*) FROM dr_resilience.queue_entry WHERE state = 3 AND reason = 'attempts-used-up') = 1 AND (SELECT count(*) FROM payments WHERE status = 'captured') = 5",
            TimeSpan.FromSeconds(90));
        await over.CancelAsync();
        await restarting;

        // Set aside means that nobody tries it again, not the worker for payments left open either.
        var before = Volatile.Read(ref tried);
        await Task.Delay(TimeSpan.FromSeconds(4), TimeProvider.System);
        output.WriteLine($"tried {Volatile.Read(ref tried)} times");
        Assert.Equal((2, 2), (before, Volatile.Read(ref tried)));
        Assert.False(victim.HasExited);
        Assert.Equal(5, charged.Count);
        Assert.Equal("parked", await fleet.StatusAsync(Poison));
    }

    private static async Task RestartWheneverItDiesAsync(PaymentFleet fleet, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            if (fleet.Replicas[0].HasExited)
            {
                await fleet.RestartAsync();
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
