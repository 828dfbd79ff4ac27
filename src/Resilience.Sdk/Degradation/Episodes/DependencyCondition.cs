namespace Resilience.Degradation.Episodes;

/// <summary>How a dependency is, as far as is known without calling it.</summary>
internal enum DependencyCondition
{
    /// <summary>Nothing speaks against calling it.</summary>
    Well,

    /// <summary>It is down; whoever looks at it will see when it is back, so calls need not find out.</summary>
    Down,

    /// <summary>It is down, and only calls can find out that it is back: its circuit lets a few through.</summary>
    DownUntilCalled,
}
