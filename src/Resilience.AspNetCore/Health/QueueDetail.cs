using System.Text.Json;
using Resilience.DependencyInjection;

namespace Resilience.AspNetCore.Health;

/// <summary>What is queued, in words: as counted last, no database is asked.</summary>
internal static class QueueDetail
{
    public static void Write(Utf8JsonWriter json, QueueHost host)
    {
        json.WriteStartObject();
        foreach (var worker in host.Workers.OrderBy(worker => worker.Name, StringComparer.Ordinal))
        {
            json.WriteStartObject(worker.Name);
            json.WriteString("store", worker.Store.Description);
            if (worker.Counts is { } counts)
            {
                json.WriteNumber("waiting", counts.Ready);
                json.WriteNumber("running", counts.Leased);
                json.WriteNumber("parked", counts.Parked);
                json.WriteNumber("reconcile", counts.Reconcile);
                if (counts.OldestReadyAt is { } oldest)
                {
                    json.WriteString("oldestAt", oldest);
                }
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
        if (host.Spool?.Status is { } spool)
        {
            json.WriteStartObject("journal");
            json.WriteNumber("retained", spool.Retained);
            json.WriteNumber("notStored", spool.NotStored);
            json.WriteNumber("bytes", spool.Bytes);
            json.WriteString("trouble", spool.Trouble);
            json.WriteNumber("filesSetAside", spool.SetAside);
            json.WriteEndObject();
        }
    }
}
