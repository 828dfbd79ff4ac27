namespace Resilience.Health.Watchdog;

/// <summary>One watched loop. A beat only raises a flag; the watchdog, which knows the time, takes it down.</summary>
internal sealed class Heartbeat(string name, TimeSpan maxSilence, bool vital, Action<Heartbeat> onDispose) : IHeartbeat
{
    private int _beaten = 1;
    private TimeSpan _heardAt;

    public string Name => name;

    public bool IsVital => vital;

    public void Beat()
    {
        // Read first: a loop that beats often shares the line with nobody.
        if (Volatile.Read(ref _beaten) == 0)
        {
            Volatile.Write(ref _beaten, 1);
        }
    }

    public void Dispose() => onDispose(this);

    /// <summary>Whether it is overdue. The watchdog's thread only.</summary>
    public bool IsSilent(TimeSpan now)
    {
        if (Interlocked.Exchange(ref _beaten, 0) != 0)
        {
            _heardAt = now;
        }

        return now - _heardAt > maxSilence;
    }
}
