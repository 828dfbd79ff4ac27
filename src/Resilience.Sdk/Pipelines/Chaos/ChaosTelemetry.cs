using Polly.Telemetry;

namespace Resilience.Pipelines.Chaos;

/// <summary>Counts what Polly's chaos strategies report, under Polly's names; the rest of its events are ours to count.</summary>
internal sealed class ChaosTelemetry(PipelineTelemetry telemetry) : TelemetryListener
{
    public override void Write<TResult, TArgs>(in TelemetryEventArguments<TResult, TArgs> args)
    {
        if (args.Event.EventName.StartsWith("Chaos.", StringComparison.Ordinal))
        {
            telemetry.OnChaos(args.Event.EventName, args.Source.StrategyName ?? "Chaos", args.Event.Severity.ToString());
        }
    }
}
