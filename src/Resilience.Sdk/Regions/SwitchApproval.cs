namespace Resilience.Regions;

/// <summary>Somebody's consent to a switch, as the promoted server has it.</summary>
/// <param name="Principal">Who; the name that the service authenticated.</param>
/// <param name="Age">How long ago, by the server's clock.</param>
internal readonly record struct SwitchApproval(string Principal, TimeSpan Age);
