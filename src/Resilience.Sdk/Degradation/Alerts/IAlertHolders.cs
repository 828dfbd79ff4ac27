namespace Resilience.Degradation.Alerts;

/// <summary>Which replicas of the service hold an alert now, so that the first tells of it and the last says that it is over.</summary>
internal interface IAlertHolders
{
    /// <summary>This replica holds the alert from now on, or still does.</summary>
    /// <returns>Whether no other does.</returns>
    ValueTask<bool> EnterAsync(string alert, CancellationToken cancellationToken);

    /// <summary>This replica does not hold the alert any more.</summary>
    /// <returns>Whether it was the last; of those that have left and those that are not heard of any more, one is.</returns>
    ValueTask<bool> LeaveAsync(string alert, CancellationToken cancellationToken);
}
