using GameDay.Load;
using GameDay.Timing;

namespace Resilience.ChaosTests.RegionFailover;

/// <summary>A fixed number of clients, each of which sends its next request as soon as the one before is answered.</summary>
internal sealed class ConcurrentClients(int count, PaymentClient client, RequestMix mix, RunClock clock)
{
    /// <summary>Sends until stopped, then waits for the requests on their way; their own time-out bounds the wait.</summary>
    public Task RunAsync(CancellationToken stop) => Task.WhenAll(Enumerable.Range(0, count).Select(_ => Task.Run(
        async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await client.SendAsync(mix.Next(), clock.Now);
            }
        },
        CancellationToken.None)));
}
