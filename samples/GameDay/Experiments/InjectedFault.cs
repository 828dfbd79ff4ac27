namespace GameDay.Experiments;

/// <summary>A step of the method as it was really done.</summary>
/// <param name="Description">The action, its target and parameters.</param>
/// <param name="Action">The action alone.</param>
/// <param name="Target">What it was done to; empty when there is nothing to choose.</param>
/// <param name="IsFault">False for what an operator does.</param>
/// <param name="From">Just before it was done.</param>
/// <param name="DoneAt">When it had taken effect.</param>
internal sealed record InjectedFault(string Description, string Action, string Target, bool IsFault, TimeSpan From, TimeSpan DoneAt)
{
    /// <summary>When undoing began; null when nothing was undone.</summary>
    public TimeSpan? UndoneFrom { get; init; }

    /// <summary>When it was undone.</summary>
    public TimeSpan? UndoneAt { get; init; }

    /// <summary>Whether somebody was asked if it is real.</summary>
    public bool IsAsked { get; init; }

    /// <summary>What speaks against its having been real; null when whoever was hit confirmed it.</summary>
    public string? Disproof { get; init; }
}
