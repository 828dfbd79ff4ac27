namespace Resilience.TestKit.Network;

/// <param name="Toxic">What is done.</param>
/// <param name="Number">The how-many-eth of the proxy it is.</param>
/// <param name="At">The timestamp of its beginning.</param>
internal sealed record AddedToxic(Toxic Toxic, int Number, long At);
