namespace GameDay.Reporting.Page.Charts;

/// <summary>Hatchings, so that nothing is told by its colour alone. The style sheet refers to them.</summary>
internal static class Patterns
{
    public static Html Definitions { get; } = Html.Of($"""
        <defs>
        <pattern id="p-degraded" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="degraded-ground" width="6" height="6"/><rect class="degraded-line" width="3" height="6"/></pattern>
        <pattern id="p-failed" width="6" height="6" patternUnits="userSpaceOnUse"><rect class="failed-ground" width="6" height="6"/><path class="failed-line" d="M0 0L6 6M6 0L0 6"/></pattern>
        <pattern id="p-fault" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)"><rect class="fault-fill" width="8" height="8"/><rect class="fault-line" width="2" height="8"/></pattern>
        <pattern id="p-validation" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="phase-light" width="6" height="6"/><rect class="phase-dark" width="2" height="6"/></pattern>
        <pattern id="p-switch" width="5" height="5" patternUnits="userSpaceOnUse"><rect class="phase-light" width="5" height="5"/><circle class="phase-dark" cx="2.5" cy="2.5" r="1.2"/></pattern>
        <pattern id="p-first" width="5" height="5" patternUnits="userSpaceOnUse"><rect class="phase-light" width="5" height="5"/><rect class="phase-dark" width="1.5" height="5"/></pattern>
        </defs>

        """);
}
