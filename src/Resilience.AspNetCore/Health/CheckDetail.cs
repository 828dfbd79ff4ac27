using System.Text.Json;
using Resilience.Health;
using Resilience.Internal;

namespace Resilience.AspNetCore.Health;

/// <summary>What looking at something has shown, in words.</summary>
internal static class CheckDetail
{
    public static void Write(Utf8JsonWriter json, CheckState state, TimeSpan now)
    {
        json.WriteStartObject();
        json.WriteString("status", EnumName.Of(state.StatusAt(now)));
        if (state.SeenAt is { } seen)
        {
            json.WriteNumber("ageSeconds", Math.Round((now - seen).TotalSeconds, 1));
            json.WriteNumber("sinceSeconds", Math.Round((now - state.Since).TotalSeconds, 1));
        }

        if (state.Duration is { } duration)
        {
            json.WriteNumber("tookMs", Math.Round(duration.TotalMilliseconds, 1));
        }

        if (state.Reason is { } reason)
        {
            json.WriteString("reason", reason);
            json.WriteNumber("failuresInARow", state.FailuresInARow);
        }

        json.WriteEndObject();
    }
}
