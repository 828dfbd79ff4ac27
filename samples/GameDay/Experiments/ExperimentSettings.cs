using GameDay.Load;

namespace GameDay.Experiments;

/// <summary>What a user can choose about a run.</summary>
internal sealed record ExperimentSettings
{
    /// <summary>Decides what the clients ask for; the same seed gives the same requests.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Load before anything is measured, while code is being compiled and pools fill.</summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Undisturbed load, against which the rest is judged.</summary>
    public TimeSpan Control { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Load after the promotion.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(6);

    public LoadOptions Load { get; init; } = new();
}
