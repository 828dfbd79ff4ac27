namespace Resilience.Pipelines.Chaos;

/// <summary>
/// The call was not made because the configuration injects faults (<see cref="ChaosOptions.Fault"/>). HTTP requests get an
/// <see cref="HttpRequestException"/> instead, as from a connection that was refused.
/// </summary>
public sealed class InjectedFaultException : Exception
{
    internal InjectedFaultException(string message)
        : base(message)
    {
    }
}
