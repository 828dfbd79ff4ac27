using System.Diagnostics.Metrics;

namespace Resilience.DependencyInjection;

/// <summary>Shows how much queues and journal hold, as counted last.</summary>
internal sealed class QueueGauges
{
    public QueueGauges(QueueHost host, TimeProvider time, Meter meter)
    {
        meter.CreateObservableGauge("dr.queue.depth", () => Depths(host), "{request}", "Requests in a queue, by state, as counted last.");
        meter.CreateObservableGauge("dr.queue.oldest", () => Oldest(host, time.GetUtcNow()), "s", "How long the oldest request of a queue has waited; 0 when none waits.");
        meter.CreateObservableGauge("dr.journal.not_stored", () => host.Spool?.Status.NotStored ?? 0, "{request}", "Promised requests that are only in the journal.");
        meter.CreateObservableGauge("dr.journal.size", () => host.Spool?.Status.Bytes ?? 0, "By", "The bytes of the journal.");
    }

    private static IEnumerable<Measurement<long>> Depths(QueueHost host)
    {
        foreach (var worker in host.Workers)
        {
            if (worker.Counts is { } counts)
            {
                yield return Of(worker.Name, "waiting", counts.Ready);
                yield return Of(worker.Name, "running", counts.Leased);
                yield return Of(worker.Name, "parked", counts.Parked);
                yield return Of(worker.Name, "reconcile", counts.Reconcile);
            }
        }
    }

    private static IEnumerable<Measurement<double>> Oldest(QueueHost host, DateTimeOffset now)
    {
        foreach (var worker in host.Workers)
        {
            if (worker.Counts is { } counts)
            {
                yield return new(counts.OldestReadyAt is { } since ? Math.Max(0, (now - since).TotalSeconds) : 0, new KeyValuePair<string, object?>("dr.queue", worker.Name));
            }
        }
    }

    private static Measurement<long> Of(string queue, string state, long count) => new(count, new("dr.queue", queue), new("dr.state", state));
}
