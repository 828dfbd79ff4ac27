namespace GameDay.Experiments;

/// <summary>What a user can choose about a run.</summary>
internal sealed record ExperimentSettings
{
    /// <summary>Decides what the clients ask for and which connections a disturbed network hits.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Load before anything is measured, while code is being compiled and pools fill.</summary>
    public TimeSpan WarmUp { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Undisturbed load, against which the rest is judged.</summary>
    public TimeSpan Control { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Load after the last step; null is what the experiment says.</summary>
    public TimeSpan? Observe { get; init; }

    /// <summary>Requests per second; null is what the experiment says.</summary>
    public double? Rate { get; init; }

    /// <summary>Another build of the service than the one that belongs to this program; null for that one.</summary>
    public string? ServiceProgram { get; init; }
}
