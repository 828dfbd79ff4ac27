using Resilience.Diagnostics;
using Resilience.Regions;

namespace Resilience.Postgres;

/// <summary>Tells log and metrics of what happened.</summary>
internal static class RegionTelemetry
{
    /// <param name="context">Whose events they are.</param>
    /// <param name="isInUse">False for a changed configuration that is only tried: then only the log is told, and that it is.</param>
    /// <param name="happened">The event.</param>
    public static void Tell(RegionSetContext context, bool isInUse, TopologyEvent happened)
    {
        RegionLog.Event(context.Logger, isInUse ? context.Dependency : $"{context.Dependency} (changed configuration, not in use yet)", happened);
        if (!isInUse)
        {
            return;
        }

        switch (happened)
        {
            case WriterElected { Previous: { } previous } elected when previous != elected.Region:
                RegionMetrics.CountFailover(context.Dependency, elected.Region);
                break;
            case DiagnosisChanged diagnosed:
                RegionMetrics.CountDiagnosis(context.Dependency, diagnosed.To.Kind.ToString());
                break;
            case RegionChanged changed:
                RegionMetrics.CountTransition(context.Dependency, changed.Region, changed.To.ToString());
                break;
        }
    }
}
