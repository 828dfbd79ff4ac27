namespace Resilience.Degradation.Alerts;

/// <summary>For services whose replicas share nothing: each speaks for itself, and receivers tell by the key that it is one alert.</summary>
internal sealed class SoleHolder : IAlertHolders
{
    public ValueTask<bool> EnterAsync(string alert, CancellationToken cancellationToken) => new(true);

    public ValueTask<bool> LeaveAsync(string alert, CancellationToken cancellationToken) => new(true);
}
