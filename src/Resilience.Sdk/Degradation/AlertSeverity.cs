namespace Resilience.Degradation;

/// <summary>How bad an alert is.</summary>
public enum AlertSeverity
{
    /// <summary>Good to know.</summary>
    Info,

    /// <summary>Somebody should look at it in working hours.</summary>
    Warning,

    /// <summary>Users notice.</summary>
    Error,

    /// <summary>Somebody should look at it now.</summary>
    Critical,
}
