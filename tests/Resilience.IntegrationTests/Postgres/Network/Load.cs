using System.Collections.Concurrent;
using System.Globalization;
using Resilience.Postgres;

namespace Resilience.IntegrationTests.Postgres.Network;

/// <summary>Sixteen clients that write one row after the other until told to stop, and what they saw.</summary>
internal sealed class Load : IAsyncDisposable
{
    private const int Clients = 16;

    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _clients;

    public Load(RegionalDataSource source) =>
        _clients = [.. Enumerable.Range(0, Clients).Select(client => Task.Run(() => RunAsync(source, client)))];

    /// <summary>Calls that succeeded: the row's id, when by the wall clock, which the servers share, and how long it took.</summary>
    public ConcurrentBag<(string Id, DateTimeOffset At, TimeSpan Took)> Done { get; } = [];

    public ConcurrentBag<Exception> Failures { get; } = [];

    public TimeSpan Slowest => Done.Max(one => one.Took);

    /// <summary>Returns when every client has its last answer.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_clients);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task RunAsync(RegionalDataSource source, int client)
    {
        for (var i = 0; !_stop.IsCancellationRequested; i++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"{client}-{i}");
            var began = TimeProvider.System.GetTimestamp();
            try
            {
                await source.ExecuteAsync(id, (connection, transaction, ct) => TwoRegionDatabase.WriteAsync(connection, transaction, id, ct));
                Done.Add((id, TimeProvider.System.GetUtcNow(), TimeProvider.System.GetElapsedTime(began)));
            }
            catch (Exception exception)
            {
                Failures.Add(exception);
            }
        }
    }
}
