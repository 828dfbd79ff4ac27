namespace Resilience.TestKit;

/// <summary>Everything arrives later. What is on its way is kept in a delay line, so as many bytes a second pass as before.</summary>
/// <param name="Latency">How much later.</param>
/// <param name="Jitter">Up to this much more or less, evenly spread; bytes never overtake others.</param>
/// <remarks>
/// Hits what is on its way when it is added, and releases it at once when it is removed: a latency of an hour is a link that is
/// down, whose connections go on where they were once it is up again.
/// </remarks>
public sealed record LatencyToxic(TimeSpan Latency, TimeSpan Jitter = default) : Toxic
{
    internal override void Validate()
    {
        base.Validate();
        ValidateTime(nameof(Latency), Latency);
        ValidateTime(nameof(Jitter), Jitter);
        if (Jitter > Latency)
        {
            throw OutOfRange(nameof(Jitter), Jitter, $"The jitter may not be longer than the latency ({Latency}): nothing arrives before it was sent.");
        }
    }
}
