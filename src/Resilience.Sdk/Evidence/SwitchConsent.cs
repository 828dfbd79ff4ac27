namespace Resilience.Evidence;

/// <summary>Who consented to a switch, and when.</summary>
/// <param name="Principal">The name that the service authenticated.</param>
/// <param name="At">When, by the clock of the promoted server.</param>
public sealed record SwitchConsent(string Principal, DateTimeOffset At);
