using System.Buffers;
using System.Text.Json;
using Resilience.AspNetCore.Health.Formats;
using Resilience.Degradation;
using Resilience.DependencyInjection;
using Resilience.Health;
using Resilience.Health.Watchdog;
using Resilience.Internal;
using Resilience.Pipelines;
using Resilience.Postgres;

namespace Resilience.AspNetCore.Health;

/// <summary>Puts what is known into words for probes and operators. Reads snapshots only; thread-safe.</summary>
internal sealed class HealthReporter(
    SettingsMonitor settings,
    DatabaseRegistry databases,
    DependencyRegistry dependencies,
    HealthMonitor monitor,
    ProcessWatch process,
    ProbeBoard board,
    HealthItems items,
    Degrader degrader,
    EpisodeMonitor episodes,
    QueueHost queues,
    TimeProvider time)
{
    /// <summary>What other formats are written from.</summary>
    public HealthSummary Summarise()
    {
        var answers = board.Answers;
        return new HealthSummary(board.Readiness, answers.Live == ProbeAnswers.Dead, answers.Ready.Status, items.Read(), time.GetUtcNow());
    }

    /// <summary>Everything, for operators. Holds no connection string and no password.</summary>
    public ReadOnlyMemory<byte> Describe()
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using var json = new Utf8JsonWriter(buffer);
        var all = databases.All;
        var checks = monitor.All;
        json.WriteStartObject();
        json.WriteString("status", EnumName.Of(board.Readiness.Readiness));
        ProcessDetail.WriteList(json, "reasons", board.Readiness.Reasons);
        json.WriteString("region", settings.Current.Region);
        json.WritePropertyName("database");
        DatabaseDetail.Write(json, all.Count > 0 ? all[0] : null);
        json.WriteStartObject("dependencies");
        foreach (var database in all)
        {
            json.WritePropertyName(database.Name);
            DatabaseDetail.Write(json, database);
        }

        foreach (var dependency in dependencies.All.OrderBy(dependency => dependency.Name, StringComparer.Ordinal))
        {
            json.WritePropertyName(dependency.Name);
            DependencyDetail.Write(json, dependency, checks.FirstOrDefault(loop => loop.Name == dependency.Name)?.State, monitor.Clock.Now);
        }

        json.WriteEndObject();
        json.WriteStartObject("checks");
        foreach (var loop in checks.Where(loop => dependencies.All.All(dependency => dependency.Name != loop.Name)))
        {
            json.WritePropertyName(loop.Name);
            CheckDetail.Write(json, loop.State, monitor.Clock.Now);
        }

        json.WriteEndObject();
        json.WritePropertyName("degradation");
        DegradationDetail.Write(json, degrader, episodes);
        json.WritePropertyName("queues");
        QueueDetail.Write(json, queues);
        json.WritePropertyName("process");
        ProcessDetail.Write(json, process);
        WriteConfiguration(json, all);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private void WriteConfiguration(Utf8JsonWriter json, IReadOnlyList<RegionalDataSource> all)
    {
        var refused = settings.RefusedReload;
        var pending = all.Where(database => database.PendingChange is not null).ToList();
        json.WriteStartObject("configuration");
        json.WriteString("status", refused.Count > 0 ? "last-good" : pending.Count > 0 ? "pending" : "current");
        json.WriteStartObject("pending");
        foreach (var database in pending)
        {
            json.WriteString(database.Name, database.PendingChange);
        }

        json.WriteEndObject();
        json.WriteStartArray("removed");
        foreach (var database in all.Where(database => settings.Current.FindDatabase(database.Name) is null))
        {
            json.WriteStringValue(database.Name);
        }

        json.WriteEndArray();
        json.WriteStartArray("refused");
        foreach (var error in refused)
        {
            json.WriteStringValue(error);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
