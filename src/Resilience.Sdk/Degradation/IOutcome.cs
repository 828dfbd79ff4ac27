namespace Resilience.Degradation;

/// <summary>An outcome, whatever its type.</summary>
internal interface IOutcome
{
    OutcomeKind Kind { get; }

    string? Service { get; }

    string? Key { get; }

    string? Message { get; }

    TimeSpan? RetryAfter { get; }

    /// <summary>The value; null when there is none.</summary>
    object? Boxed { get; }
}
