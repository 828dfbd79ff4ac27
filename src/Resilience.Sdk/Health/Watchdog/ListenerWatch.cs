namespace Resilience.Health.Watchdog;

/// <summary>The last that is known of the application's own listener. Written by whoever tries it, read by the watchdog.</summary>
internal sealed class ListenerWatch
{
    private int _last;

    public ListenerAnswer Last
    {
        get => (ListenerAnswer)Volatile.Read(ref _last);
        set => Volatile.Write(ref _last, (int)value);
    }
}
