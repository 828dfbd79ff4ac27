using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Resilience.Diagnostics;

/// <summary>Names under which the SDK emits telemetry. Subscribe to them in OpenTelemetry with <c>AddMeter</c> and <c>AddSource</c>.</summary>
public static class DrResilienceDiagnostics
{
    /// <summary>The name of the meter; all instruments start with <c>dr.</c>.</summary>
    public const string MeterName = "DrResilience";

    /// <summary>The name of the activity source.</summary>
    public const string ActivitySourceName = "DrResilience";

    internal static Meter Meter { get; } = new(MeterName);

    internal static ActivitySource Source { get; } = new(ActivitySourceName);
}
