namespace Resilience.Degradation.Alerts;

/// <summary>Why the dispatcher looks at an alert.</summary>
internal enum AlertOccasion
{
    /// <summary>It begins or ends here.</summary>
    Changed,

    /// <summary>It still fires, or ended a while ago while another replica held it.</summary>
    Repeated,

    /// <summary>This replica stops while it fires: others go on, or nobody can tell any more.</summary>
    Withdrawn,
}
