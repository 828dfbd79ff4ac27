using System.Globalization;

namespace Resilience.IntegrationTests.Postgres.Network;

/// <summary>What one loss of a writer amounted to.</summary>
/// <param name="Fault">What happened to it.</param>
/// <param name="Lost">From the fault, when it is complete, to the writer's being declared lost.</param>
/// <param name="FirstCommit">From the end of recovery, by the promoted server's own log, to the first commit acknowledged to a client.</param>
/// <param name="Slowest">The longest call.</param>
/// <param name="Acknowledged">How many calls succeeded.</param>
internal sealed record OutageFigures(string Fault, TimeSpan Lost, TimeSpan FirstCommit, TimeSpan Slowest, int Acknowledged)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Fault}: lost after {Lost.TotalMilliseconds:0} ms, first commit {FirstCommit.TotalMilliseconds:0} ms after the promotion, slowest call {Slowest.TotalMilliseconds:0} ms, {Acknowledged} calls succeeded");
}
