namespace Resilience.Queueing;

/// <summary>What comes after a try.</summary>
public readonly record struct QueueResult
{
    private QueueResult(QueueVerdict verdict, TimeSpan? after, string? reason) => (Verdict, After, Reason) = (verdict, after, reason);

    /// <summary>It is carried out.</summary>
    public static QueueResult Done { get; } = new(QueueVerdict.Done, null, null);

    internal QueueVerdict Verdict { get; }

    internal TimeSpan? After { get; }

    internal string? Reason { get; }

    /// <summary>It is tried again, until its attempts are used up; then it is parked.</summary>
    /// <param name="after">When; by the queue's own pauses when null.</param>
    /// <param name="reason">Why, for operators: a short code without secrets.</param>
    /// <returns>The result.</returns>
    public static QueueResult Retry(TimeSpan? after = null, string? reason = null) => new(QueueVerdict.Retry, after, reason);

    /// <summary>It is set aside for an operator; trying again does not help.</summary>
    /// <param name="reason">Why, for operators: a short code without secrets.</param>
    /// <returns>The result.</returns>
    public static QueueResult Park(string reason) => new(QueueVerdict.Park, null, reason);
}
