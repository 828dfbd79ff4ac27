using GameDay.Timing;

namespace GameDay.Load;

/// <summary>
/// Requests come at a set rate whether earlier ones were answered or not, as customers do. A service that stalls meets
/// everything that came meanwhile.
/// </summary>
internal sealed class OpenLoopLoad(PaymentClient client, RequestMix mix, LoadOptions options, RunClock clock)
{
    /// <summary>Sends until stopped, then waits for the requests on their way; their own time-out bounds the wait.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var slots = new SemaphoreSlim(options.MaxInFlight);
        var started = clock.Now;
        try
        {
            for (long number = 0; ; number++)
            {
                var due = started + TimeSpan.FromSeconds(number / options.Rate);
                await clock.WaitUntilAsync(due, stop);
                await slots.WaitAsync(stop);
                _ = SendAsync(due, slots);
            }
        }
        catch (OperationCanceledException)
        {
            // Stopped; what is on its way still counts.
        }

        for (var slot = 0; slot < options.MaxInFlight; slot++)
        {
            await slots.WaitAsync(CancellationToken.None);
        }
    }

    private async Task SendAsync(TimeSpan due, SemaphoreSlim slots)
    {
        try
        {
            await client.SendAsync(mix.Next(), due);
        }
        finally
        {
            slots.Release();
        }
    }
}
