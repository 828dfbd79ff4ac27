namespace Resilience.Regions;

/// <summary>A promoted region that is not followed yet.</summary>
/// <param name="Region">The region.</param>
/// <param name="Why">What it waits for, in words.</param>
/// <param name="NeedsApproval">Whether people's consent is what is missing.</param>
internal sealed record HeldSwitch(string Region, string Why, bool NeedsApproval);
