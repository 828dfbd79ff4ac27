namespace Resilience.Pipelines.CircuitBreaker;

/// <summary>Converts between timestamps and durations.</summary>
internal sealed class BreakerClock(TimeProvider time)
{
    private readonly double _timestampsPerTick = (double)time.TimestampFrequency / TimeSpan.TicksPerSecond;

    public long Now => time.GetTimestamp();

    public long ToTimestamp(TimeSpan length) => (long)(length.Ticks * _timestampsPerTick);

    public TimeSpan Elapsed(long from, long to) => time.GetElapsedTime(from, to);

    /// <summary>What is left until a moment; zero when it has passed.</summary>
    public TimeSpan Left(long until, long timestamp) => until > timestamp ? time.GetElapsedTime(timestamp, until) : TimeSpan.Zero;
}
