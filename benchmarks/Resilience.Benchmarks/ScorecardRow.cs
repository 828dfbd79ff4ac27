namespace Resilience.Benchmarks;

/// <summary>One figure, ours beside the peer's, measured in the same run.</summary>
/// <param name="Name">The row's name: area, case, unit.</param>
/// <param name="Unit">What the figures count; lower is better, except for multiples (x) and rates (1/s).</param>
/// <param name="Ours">This SDK.</param>
/// <param name="Peer">The peer.</param>
/// <param name="PeerName">Who the peer is, with the settings that matter.</param>
internal sealed record ScorecardRow(string Name, string Unit, double Ours, double Peer, string PeerName)
{
    /// <summary>Ours divided by the peer's; null when the peer's is zero and ours is not.</summary>
    public double? Ratio => Peer != 0 ? Math.Round(Ours / Peer, 4) : Ours == 0 ? 1 : null;
}
