using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Resilience.Degradation;
using Resilience.DependencyInjection;
using Resilience.Queueing;
using Resilience.TestKit;

namespace Resilience.IntegrationTests.Queueing;

/// <summary>An application with a queue in a real database, a handler that a test directs, and a dependency that a test breaks.</summary>
internal sealed class QueueApp : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly string? _journal;

    private QueueApp(IHost host, string? journal) => (_host, _journal) = (host, journal);

    public Effects Effects => _host.Services.GetRequiredService<Effects>();

    public QueueHost Queues => _host.Services.GetRequiredService<QueueHost>();

    public SettingsMonitor Settings => _host.Services.GetRequiredService<SettingsMonitor>();

    public IDegradation Degradation => _host.Services.GetRequiredService<IDegradation>();

    /// <param name="servers">The regions; none for a queue in a file.</param>
    /// <param name="journal">A folder that stays, with the queue's file beside it; a new one, and no file, when null.</param>
    /// <param name="settings">Below <c>DrResilience</c>.</param>
    public static async Task<QueueApp> StartAsync(IEnumerable<PostgresServer> servers, string? journal = null, params (string Key, string Value)[] settings)
    {
        var keeps = journal is not null;
        journal ??= Directory.CreateTempSubdirectory("dr-journal-").FullName;
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        var values = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Journal:Path"] = journal,
            ["Dependencies:gateway:CircuitBreaker:ConsecutiveFailures"] = "3",
            ["Degradation:payments:dependency"] = "gateway",
            ["Degradation:payments:on_failure:0:action"] = "queue_for_retry",
            ["Degradation:payments:on_failure:0:message"] = "queued",
            ["Episodes:Dwell"] = "00:00:00.5",
            ["Episodes:Ramp"] = "00:00:00.5",
            ["Queues:payments:Delay"] = "00:00:00.05",
            ["Queues:payments:MaxDelay"] = "00:00:00.2",
        };
        foreach (var (server, i) in servers.Select((server, i) => (server, i)))
        {
            var region = string.Create(CultureInfo.InvariantCulture, $"Dependencies:payments-db:Postgres:Regions:{i}");
            values[$"{region}:Name"] = server.Region;
            values[$"{region}:ConnectionString"] = server.ConnectionString;
        }

        foreach (var (key, value) in settings)
        {
            values[key] = value;
        }

        builder.Configuration.AddInMemoryCollection(values.Select(value => KeyValuePair.Create($"DrResilience:{value.Key}", value.Value)));
        builder.Services.AddSingleton<Effects>();
        builder.AddDrResilience(dr =>
        {
            dr.AddQueue<Order, OrderHandler>("payments", order => order.Id, order => order.Account);
            if (keeps)
            {
                dr.UseSqliteQueues(Path.Combine(journal, "..", "queues.db"));
            }
        });
        var host = builder.Build();
        await host.StartAsync();
        return new QueueApp(host, keeps ? null : journal);
    }

    /// <summary>A degradable call whose dependency fails.</summary>
    public ValueTask<Outcome<string>> PayAsync(Order order) =>
        Degradation.ExecuteAsync<Order, string>("payments", order, (_, _) => throw new HttpRequestException("down"));

    /// <summary>Changes keys below <c>DrResilience</c> and reloads.</summary>
    public void Reload(params (string Key, string? Value)[] settings)
    {
        var configuration = (IConfigurationRoot)_host.Services.GetRequiredService<IConfiguration>();
        foreach (var (key, value) in settings)
        {
            configuration[$"DrResilience:{key}"] = value;
        }

        configuration.Reload();
    }

    public Task UntilAsync(Func<bool> condition) => Eventually.UntilAsync(
        condition, () => $"done {Effects.Done.Count}, counts {Queues.Workers.First().Counts}, spool {Queues.Spool?.Status}", default);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        if (Directory.Exists(_journal))
        {
            Directory.Delete(_journal, recursive: true);
        }
    }
}

internal sealed record Order(string Id, string? Account = null, string Note = "");

/// <summary>What the handler has done, and what it is to do.</summary>
internal sealed class Effects
{
    public ConcurrentDictionary<string, int> Done { get; } = new(StringComparer.Ordinal);

    public Func<QueuedRequest<Order>, CancellationToken, ValueTask<QueueResult>> Handle { get; set; } = (_, _) => new(QueueResult.Done);
}

internal sealed class OrderHandler(Effects effects) : IQueueHandler<Order>
{
    public async ValueTask<QueueResult> HandleAsync(QueuedRequest<Order> request, CancellationToken cancellationToken)
    {
        var result = await effects.Handle(request, cancellationToken);
        if (result == QueueResult.Done)
        {
            effects.Done.AddOrUpdate(request.Key, 1, (_, times) => times + 1);
        }

        return result;
    }
}
