using System.Text.Json;
using Resilience.Degradation;
using Resilience.Degradation.Episodes;
using Resilience.Internal;

namespace Resilience.AspNetCore.Health;

/// <summary>What is degraded now, in words. Reads snapshots only.</summary>
internal static class DegradationDetail
{
    public static void Write(Utf8JsonWriter json, Degrader degrader, EpisodeMonitor monitor)
    {
        var effects = degrader.Effects;
        json.WriteStartObject();
        json.WriteStartObject("episodes");
        foreach (var episode in monitor.Episodes.OrderBy(episode => episode.Dependency, StringComparer.Ordinal))
        {
            Write(json, episode, degrader);
        }

        json.WriteEndObject();
        ProcessDetail.WriteList(json, "disabledFeatures", [.. effects.DisabledFeatures.Order(StringComparer.Ordinal)]);
        json.WriteString("personalization", effects.Level);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, Episode episode, Degrader degrader)
    {
        var clock = degrader.Clock;
        var state = episode.State;
        json.WriteStartObject(episode.Dependency);
        json.WriteString("phase", EnumName.Of(state.Phase));
        json.WriteNumber("sinceSeconds", Math.Round((clock.Now - state.Since).TotalSeconds, 1));
        json.WriteNumber("episode", state.Number);
        json.WriteNumber("relapses", state.Relapses);
        json.WriteNumber("share", Math.Round(state.Share(clock.Now, clock.Rules), 3));
        json.WriteNumber("callsPerSecond", Math.Round(episode.Calls.PerSecond, 1));
        ProcessDetail.WriteList(json, "actions",
        [
            .. degrader.Rules.Values.Select(runtime => runtime.Rule).Where(rule => rule.Dependency == episode.Dependency)
                .OrderBy(rule => rule.Service, StringComparer.Ordinal).SelectMany(rule => rule.Actions.Select(action => $"{rule.Service}: {action.Name}")),
        ]);
        json.WriteEndObject();
    }
}
