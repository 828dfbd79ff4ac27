namespace Resilience.Degradation.Episodes;

/// <summary>The episode of one dependency, as calls read it. Written by the monitor alone.</summary>
internal sealed class Episode(string dependency)
{
    private EpisodeState _state = EpisodeState.Initial;
    private int _condition;

    public string Dependency => dependency;

    /// <summary>The calls that its services are asked for, made or not.</summary>
    public CallMeter Calls { get; } = new();

    public EpisodeState State
    {
        get => Volatile.Read(ref _state);
        set => Volatile.Write(ref _state, value);
    }

    public DependencyCondition Condition
    {
        get => (DependencyCondition)Volatile.Read(ref _condition);
        set => Volatile.Write(ref _condition, (int)value);
    }
}
