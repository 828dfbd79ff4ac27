namespace Resilience.Degradation;

/// <summary>Makes calls that the configuration may degrade instead of failing. Thread-safe; inject it.</summary>
public interface IDegradation
{
    /// <summary>The level of personalization that holds now: the lowest of all active episodes.</summary>
    string PersonalizationLevel { get; }

    /// <summary>Calls a dependency as a service, and does what the service's rule says when that fails.</summary>
    /// <typeparam name="TRequest">What is asked; queues and fallbacks are found by this type.</typeparam>
    /// <typeparam name="TResult">What is answered.</typeparam>
    /// <param name="service">The service, as in <c>degradation_config</c>. One without a rule is not degraded.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="primary">Calls the dependency, through its pipeline. Not run while the dependency is known to be down and an action can answer.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>
    /// The result of the dependency or of the first action that applies. When none does, or all fail, the outcome is
    /// <see cref="OutcomeKind.Failed"/> with the dependency's own error.
    /// </returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="Resilience.Queueing.RequestConflictException">The request was to be queued, but its key belongs to another request.</exception>
    /// <remarks>What is no failure of the dependency (a 4xx, a decline, an error in the code) is thrown as it is.</remarks>
    ValueTask<Outcome<TResult>> ExecuteAsync<TRequest, TResult>(
        string service, TRequest request, Func<TRequest, CancellationToken, ValueTask<TResult>> primary, CancellationToken cancellationToken = default);

    /// <summary>Whether an active episode has switched a feature off.</summary>
    /// <param name="feature">The feature's name; case does not matter.</param>
    /// <returns>True while it is off.</returns>
    bool IsDisabled(string feature);
}
