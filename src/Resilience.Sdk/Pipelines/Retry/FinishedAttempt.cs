namespace Resilience.Pipelines.Retry;

/// <summary>All that decides whether a call is repeated after an attempt.</summary>
internal readonly record struct FinishedAttempt
{
    public required AttemptResult Result { get; init; }

    /// <summary>Repeats made so far: 0 after the first attempt.</summary>
    public int Repeats { get; init; }

    /// <summary>Whether the dependency may act on the call twice: an idempotent method, an idempotency key, or an opt-in.</summary>
    public bool Idempotent { get; init; }

    /// <summary>Whether the call can be made again at all; false for a request body that was consumed and not kept.</summary>
    public required bool Replayable { get; init; }

    /// <summary>The pause the dependency asked for.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Time to the deadline; null without one.</summary>
    public TimeSpan? Remaining { get; init; }

    /// <summary>The pause before the last repeat, zero at first.</summary>
    public TimeSpan PreviousDelay { get; init; }

    /// <summary>Uniform in [0, 1).</summary>
    public double Random { get; init; }
}
