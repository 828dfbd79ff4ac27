namespace Simulators.Gateway;

/// <summary>Money taken in all, the keys it was taken under, and how often more than once.</summary>
internal sealed record ChargeSummary(int Charges, int DistinctKeys, int Duplicates);
