namespace Resilience.Degradation.Alerts;

/// <summary>An alert that fires or is resolved. Equal for all replicas of a service, so that receivers can tell that it is one.</summary>
/// <param name="Service">The service whose rule it is.</param>
/// <param name="Dependency">The dependency that failed.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Message">What it is.</param>
/// <param name="StartsAt">When the episode began here.</param>
/// <param name="EndsAt">When it ended; null while it fires.</param>
public sealed record AlertNotice(string Service, string Dependency, AlertSeverity Severity, string Message, DateTimeOffset StartsAt, DateTimeOffset? EndsAt)
{
    /// <summary>The same for every replica and every notice of this alert.</summary>
    public string DeduplicationKey => $"dr-resilience/{Service}/{Dependency}/{Message}";
}
