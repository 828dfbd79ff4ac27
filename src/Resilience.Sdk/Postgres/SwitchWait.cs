namespace Resilience.Postgres;

/// <summary>What a switch to a promoted region waits for. Dashboards keep the numbers.</summary>
internal enum SwitchWait
{
    /// <summary>No switch waits.</summary>
    None = 0,

    /// <summary>People's consent.</summary>
    Approval = 1,

    /// <summary>Somebody holds all switches; consent alone would not be enough.</summary>
    OperatorHold = 2,

    /// <summary><c>Switch:Mode</c> is Hold.</summary>
    Mode = 3,

    /// <summary>A majority of the regions.</summary>
    Majority = 4,
}
