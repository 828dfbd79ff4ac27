using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Resilience.IntegrationTests.TestKit;
using Resilience.TestKit;
using Xunit.Abstractions;

namespace Resilience.IntegrationTests.Payments;

/// <summary>Payments that cannot be made: one takes its process with it whenever it is tried, others cannot be read, fail in the code, or are too large.</summary>
public sealed class PoisonTests(ITestOutputHelper output)
{
    private const string Poison = "poison";

    [Trait(Nightly.Trait, Nightly.Value)]
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
            ("DrResilience__Queues__payment_service__MaxAttempts", "3"),

            // This gateway knows no rates: asking for them would open its circuit over and over.
            ("Rates__RefreshInterval", "00:00:00"));
        victim = fleet.Replicas[0];
        var attempts = await fleet.PayAllAsync([Poison, .. Enumerable.Range(0, 5).Select(i => $"fine{i}")]);
        Assert.All(attempts, attempt => Assert.Equal(HttpStatusCode.Accepted, attempt.Status));

        Volatile.Write(ref down, false);
        using var over = new CancellationTokenSource();
        var restarting = RestartWheneverItDiesAsync(fleet, over.Token);
        try
        {
            await PaymentFleet.UntilAsync(
                server,
                "(SELECT count(*) FROM dr_resilience.queue_entry WHERE state = 3 AND reason = 'attempts-used-up') = 1 AND (SELECT count(*) FROM payments WHERE status = 'captured') = 5",
                TimeSpan.FromMinutes(2));
        }
        catch (TimeoutException)
        {
            var rows = await Sql.QueryAsync<string[]>(server, "SELECT array_agg(concat_ws(' ', q.state, q.attempts, q.reason, p.idempotency_key, p.status)) FROM dr_resilience.queue_entry q LEFT JOIN payments p ON p.id = q.key");
            Assert.Fail($"tried {tried} times; state, attempts, reason, key, ledger: {string.Join("; ", rows)}. {string.Join('\n', victim.Output.TakeLast(30))}");
        }

        await over.CancelAsync();
        await restarting;

        // Set aside means that nobody tries it again, not the worker for payments left open either.
        var before = Volatile.Read(ref tried);
        await Task.Delay(TimeSpan.FromSeconds(4), TimeProvider.System);
        output.WriteLine($"tried {Volatile.Read(ref tried)} times");
        Assert.Equal((3, 3), (before, Volatile.Read(ref tried)));
        Assert.False(victim.HasExited);
        Assert.Equal(5, charged.Count);
        Assert.Equal("parked", await fleet.StatusAsync(Poison));
    }

    /// <summary>The stored requests are damaged as a bad release or a bad hand would.</summary>
    [Fact]
    public async Task PaymentsThatCannotBeRead_OrMakeTheCodeThrow_AreParked_TooLargeIsRefused_AndTheOthersAreMade()
    {
        var server = await PostgresServer.StartPrimaryAsync(new PostgresServerOptions { Region = "us-east-1" });
        await using var fleet = await PaymentFleet.StartAsync([server], server, 1, null, ("DrResilience__Queues__payment_service__MaxAttempts", "2"));
        await fleet.GatewayDownAsync();
        await fleet.PayAllAsync(["unreadable", "throws", .. Enumerable.Range(0, 5).Select(i => $"fine{i}")]);
        await PaymentFleet.UntilAsync(server, "to_regclass('dr_resilience.queue_entry') IS NOT NULL");
        await PaymentFleet.UntilAsync(server, "count(*) = 7 FROM dr_resilience.queue_entry");
        await DamageAsync(server, "unreadable", "left(convert_from(payload, 'UTF8'), 20)");
        await DamageAsync(server, "throws", """replace(convert_from(payload, 'UTF8'), '"throws"', 'null')""");

        using var large = new HttpRequestMessage(HttpMethod.Post, "payments") { Content = new StringContent($$"""{"accountId":"{{new string('a', 100_000)}}","amount":1.00,"currency":"EUR"}""") };
        large.Headers.Add("Idempotency-Key", "large");
        using var refused = await fleet.Http.SendAsync(large);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);

        await fleet.HealAsync();
        await PaymentFleet.UntilAsync(
            server,
            "(SELECT count(*) FROM dr_resilience.queue_entry WHERE state = 3) = 2 AND (SELECT count(*) FROM payments WHERE status = 'captured') = 5");
        Assert.Equal(["unreadable", "ArgumentNullException"], (await ReasonsAsync(server)).OrderDescending());
        Assert.Equal(("parked", "parked"), (await fleet.StatusAsync("unreadable"), await fleet.StatusAsync("throws")));
        Assert.Equal(5, (await fleet.SummaryAsync()).Charges);
    }

    private static Task DamageAsync(PostgresServer server, string key, string payload) =>
        Sql.ExecuteAsync(server, $"UPDATE dr_resilience.queue_entry SET payload = convert_to({payload}, 'UTF8') WHERE key = '{PaymentFleet.IdOf(key)}'");

    private static async Task<string[]> ReasonsAsync(PostgresServer server) =>
        await Sql.QueryAsync<string[]>(server, "SELECT array_agg(reason) FROM dr_resilience.queue_entry WHERE state = 3");

    private static async Task RestartWheneverItDiesAsync(PaymentFleet fleet, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            if (fleet.Replicas[0].HasExited)
            {
                try
                {
                    await fleet.RestartAsync();
                }
                catch (Exception exception) when (exception is InvalidOperationException or TimeoutException)
                {
                    // It died again before it answered.
                }
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
