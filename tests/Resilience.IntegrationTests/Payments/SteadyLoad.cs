using System.Net;

namespace Resilience.IntegrationTests.Payments;

/// <summary>Payments at a set rate, whether earlier ones were answered or not. The wait for a late start counts.</summary>
internal sealed class SteadyLoad(PaymentFleet fleet, int perSecond) : IAsyncDisposable
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
            times[(int)(times.Count * 0.99)],
            [.. attempts.Index().OrderByDescending(one => one.Item.Took).Take(10)
                .Select(one => new SlowPayment(TimeSpan.FromSeconds((double)one.Index / perSecond), one.Item.Took, one.Item.Status))]);
    }

    private async Task<PaymentAttempt> SendAsync(string key, int number, TimeSpan late)
    {
        var attempt = await fleet.PayAsync(key, number % fleet.Replicas.Count);
        return attempt with { Took = attempt.Took + late };
    }
}
