using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Npgsql;
using Resilience.TestKit;

namespace Resilience.IntegrationTests.Payments;

/// <summary>
/// Replicas of PaymentService, the simulated services and the database's regions, each a process; and the customers' side of
/// it: what was acknowledged, and what the gateway's own history says of it.
/// </summary>
internal sealed class PaymentFleet : IAsyncDisposable
{
    private readonly Stack<IAsyncDisposable> _started;
    private readonly HttpClient _gateway;
    private readonly List<HttpClient> _clients = [];
    private readonly List<ServiceProcess> _replicas = [];

    private PaymentFleet(IReadOnlyList<PostgresServer> database, ServiceProcess simulators, Stack<IAsyncDisposable> started)
    {
        _started = started;
        Database = database;
        _gateway = new HttpClient { BaseAddress = simulators.BaseAddress, Timeout = TimeSpan.FromSeconds(10) };
    }

    public IReadOnlyList<PostgresServer> Database { get; }

    public PostgresServer East => Database[0];

    public PostgresServer West => Database[1];

    public IReadOnlyList<ServiceProcess> Replicas => _replicas;

    /// <summary>What calls the first replica.</summary>
    public HttpClient Http => _clients[0];

    /// <summary>The keys that a customer got 201 or 202 for.</summary>
    public ConcurrentDictionary<string, HttpStatusCode> Acknowledged { get; } = new(StringComparer.Ordinal);

    /// <param name="database">The regions, running; they end with the fleet.</param>
    /// <param name="owner">What owns the regions.</param>
    /// <param name="replicas">How many replicas.</param>
    /// <param name="settings">Environment of each replica; short times unless they say otherwise.</param>
    /// <param name="gateway">Who plays the gateway; the simulators when null.</param>
    public static async Task<PaymentFleet> StartAsync(
        IReadOnlyList<PostgresServer> database, IAsyncDisposable owner, int replicas = 1, Uri? gateway = null, params (string Key, string Value)[] settings)
    {
        var started = new Stack<IAsyncDisposable>([owner]);
        try
        {
            var simulators = await ServiceProcess.StartAsync(new() { Program = ServicePaths.For("Simulators") }, "/health");
            started.Push(simulators);
            var fleet = new PaymentFleet(database, simulators, started);
            var environment = Environment(database, simulators.BaseAddress, gateway ?? simulators.BaseAddress);
            foreach (var (key, value) in settings)
            {
                environment[key] = value;
            }

            for (var i = 0; i < replicas; i++)
            {
                var replica = ServiceProcess.Launch(new() { Program = ServicePaths.For("PaymentService"), Environment = environment, Name = $"payments-{i}" });
                started.Push(replica);
                fleet._replicas.Add(replica);
                fleet._clients.Add(new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = replica.BaseAddress, Timeout = TimeSpan.FromSeconds(20) });
            }

            foreach (var replica in fleet._replicas)
            {
                await replica.WaitUntilRespondingAsync("/accounts/nobody/payments");
            }

            return fleet;
        }
        catch
        {
            await EndAsync(started);
            throw;
        }
    }

    public static async Task<PaymentFleet> StartTwoRegionsAsync(int replicas = 1, bool synchronous = false, params (string Key, string Value)[] settings)
    {
        var regions = await TwoRegionPostgres.StartAsync(new TwoRegionPostgresOptions { SynchronousReplication = synchronous });
        return await StartAsync(regions.All, regions, replicas, null, settings);
    }

    /// <summary>Pays 1 EUR once. What does not answer, or answers with an error, is not acknowledged.</summary>
    public async Task<PaymentAttempt> PayAsync(string key, int replica = 0)
    {
        var began = TimeProvider.System.GetTimestamp();
        try
        {
            using var answer = await SendAsync(_clients[replica % _clients.Count], key);
            if (answer.StatusCode is HttpStatusCode.Created or HttpStatusCode.Accepted)
            {
                Acknowledged[key] = answer.StatusCode;
            }

            return new PaymentAttempt(key, answer.StatusCode, TimeProvider.System.GetElapsedTime(began));
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException or SocketException)
        {
            return new PaymentAttempt(key, null, TimeProvider.System.GetElapsedTime(began));
        }
    }

    /// <summary>The request for a payment of 1 EUR, and the whole of its answer.</summary>
    public static async Task<HttpResponseMessage> SendAsync(HttpClient replica, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "payments");
        request.Content = new StringContent("""{"accountId":"a1","amount":1.00,"currency":"EUR"}""", Encoding.UTF8, "application/json");
        request.Headers.Add("Idempotency-Key", key);
        return await replica.SendAsync(request);
    }

    public Task<PaymentAttempt[]> PayAllAsync(IEnumerable<string> keys) => Task.WhenAll(keys.Select((key, i) => PayAsync(key, i)));

    public async Task<string?> StatusAsync(string key, int replica = 0)
    {
        using var answer = await _clients[replica].GetAsync($"payments/{IdOf(key)}");
        return answer.StatusCode == HttpStatusCode.OK
            ? (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("status").GetString()
            : null;
    }

    public Task GatewayDownAsync() => FaultAsync("""{"down":true}""");

    public async Task FaultAsync(string fault, string service = "payment-gateway")
    {
        using var body = new StringContent(fault, Encoding.UTF8, "application/json");
        using var answer = await _gateway.PutAsync($"faults/{service}", body);
        answer.EnsureSuccessStatusCode();
    }

    public async Task HealAsync(string service = "payment-gateway")
    {
        using var answer = await _gateway.DeleteAsync($"faults/{service}");
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>By the gateway's own history.</summary>
    public async Task<(int Charges, int Keys, int Duplicates)> SummaryAsync()
    {
        var summary = await _gateway.GetFromJsonAsync<JsonElement>("charges/summary");
        return (summary.GetProperty("charges").GetInt32(), summary.GetProperty("distinctKeys").GetInt32(), summary.GetProperty("duplicates").GetInt32());
    }

    /// <summary>Waits until the ledger shows an end of all that was acknowledged, and checks the invariant: each charged exactly once.</summary>
    public async Task EachAcknowledgedIsChargedOnceAsync(PostgresServer ledger, TimeSpan? patience = null)
    {
        var missing = new List<string>();
        await Eventually.UntilAsync(
            async ct =>
            {
                await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System, ct);
                var ended = await EndedAsync(ledger);
                missing = [.. Acknowledged.Keys.Where(key => !ended.Contains(key))];
                return missing.Count == 0;
            },
            () => $"{missing.Count} of {Acknowledged.Count} acknowledged payments have not ended: {string.Join(", ", missing.Take(5))}. {string.Join('\n', _replicas.SelectMany(replica => replica.Output.TakeLast(8)))}",
            default,
            patience ?? TimeSpan.FromSeconds(60));
        var charged = await ChargedKeysAsync();
        Assert.All(Acknowledged.Keys, key => Assert.Equal(1, charged.GetValueOrDefault(key)));
        Assert.Equal(0, (await SummaryAsync()).Duplicates);
    }

    /// <summary>Waits until a query says yes, over one connection and five times a second: a connection each time would cost a slow machine more than the service does.</summary>
    public static async Task UntilAsync(PostgresServer server, string condition, TimeSpan? patience = null)
    {
        await using var source = NpgsqlDataSource.Create(server.ConnectionString + ";Pooling=false");
        await using var connection = await source.OpenConnectionAsync();
        await using var ask = new NpgsqlCommand($"SELECT {condition}", connection);
        await Eventually.UntilAsync(
            async ct =>
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, ct);
                return (bool)(await ask.ExecuteScalarAsync(ct))!;
            },
            () => $"not yet: {condition}",
            default,
            patience);
    }

    public async Task RestartAsync(int replica = 0)
    {
        await _replicas[replica].RestartAsync();
        await _replicas[replica].WaitUntilRespondingAsync("/health/live");
    }

    public async ValueTask DisposeAsync()
    {
        _gateway.Dispose();
        _clients.ForEach(client => client.Dispose());
        await EndAsync(_started);
    }

    private static async Task EndAsync(Stack<IAsyncDisposable> started)
    {
        while (started.TryPop(out var one))
        {
            await one.DisposeAsync();
        }
    }

    /// <summary>As PaymentService makes it, from a hash of the key.</summary>
    public static string IdOf(string key) =>
        $"pay_{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, 16))}";

    private static async Task<HashSet<string>> EndedAsync(PostgresServer ledger)
    {
        await using var source = NpgsqlDataSource.Create(ledger.ConnectionString + ";Pooling=false");
        await using var command = source.CreateCommand("SELECT idempotency_key FROM payments WHERE status <> 'pending'");
        await using var reader = await command.ExecuteReaderAsync();
        var keys = new HashSet<string>(StringComparer.Ordinal);
        while (await reader.ReadAsync())
        {
            keys.Add(reader.GetString(0));
        }

        return keys;
    }

    /// <summary>How often the gateway charged each key.</summary>
    public async Task<Dictionary<string, int>> ChargedKeysAsync()
    {
        var keys = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var path = "charges?limit=1000"; path is not null;)
        {
            var page = await _gateway.GetFromJsonAsync<JsonElement>(path);
            foreach (var charge in page.GetProperty("items").EnumerateArray())
            {
                var key = charge.GetProperty("key").GetString()!;
                keys[key] = keys.GetValueOrDefault(key) + 1;
            }

            path = page.GetProperty("next").GetString() is { } next ? $"charges?limit=1000&after={next}" : null;
        }

        return keys;
    }

    private static Dictionary<string, string?> Environment(IReadOnlyList<PostgresServer> database, Uri simulators, Uri gateway)
    {
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",

            // Several replicas share the processors of one machine.
            ["DOTNET_gcServer"] = "0",
            ["DOTNET_TieredPGO"] = "0",
            ["Services__payment-gateway"] = gateway.ToString(),
            ["Services__ml-service"] = simulators.ToString(),
            ["Services__elasticsearch"] = simulators.ToString(),
            ["DrResilience__Dependencies__payment-gateway__CircuitBreaker__BreakDuration"] = "00:00:01",
            ["DrResilience__Dependencies__payment-gateway__CircuitBreaker__MaxBreakDuration"] = "00:00:02",
            ["DrResilience__Episodes__Dwell"] = "00:00:01",
            ["DrResilience__Episodes__Ramp"] = "00:00:02",
            ["DrResilience__Queues__payment_service__Lease"] = "00:00:03",
            ["DrResilience__Queues__payment_service__Delay"] = "00:00:00.2",
            ["DrResilience__Queues__payment_service__MaxDelay"] = "00:00:01",
            ["Recovery__OlderThan"] = "00:00:02",
        };
        foreach (var (i, region) in database.Index())
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"DrResilience__Dependencies__payments-db__Postgres__Regions__{i}__");
            environment[key + "Name"] = region.Region;
            environment[key + "ConnectionString"] = region.ConnectionString;
        }

        return environment;
    }
}
