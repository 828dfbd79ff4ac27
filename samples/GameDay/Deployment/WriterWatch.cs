using GameDay.Timing;

namespace GameDay.Deployment;

/// <summary>Looks at the service's health twice a second while an experiment runs.</summary>
internal sealed class WriterWatch(HealthClient health, RunClock clock, Action<DatabaseHealth?> observed)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                observed(await health.TryReadAsync(stop));
                await Task.Delay(Interval, clock.Time, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // The experiment is over.
        }
    }
}
