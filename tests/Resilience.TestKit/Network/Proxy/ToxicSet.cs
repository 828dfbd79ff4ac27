using System.Collections.Immutable;

namespace Resilience.TestKit.Network;

/// <summary>The toxics of a proxy until they change.</summary>
internal sealed class ToxicSet(ImmutableArray<AddedToxic> all, int seed)
{
    private readonly CancellationTokenSource _changed = new();

    public ImmutableArray<AddedToxic> All => all;

    /// <summary>Cancelled when another set took the place of this one.</summary>
    public CancellationToken Changed => _changed.Token;

    /// <summary>Those that the seed decided for this connection, in the order in which they were added.</summary>
    public IEnumerable<AddedToxic> Of(int connection) => all.Where(t => Chance.Of(seed, t.Number, connection) < t.Toxic.Toxicity);

    // Those who wait go on in threads of their own, not in that of whoever changes the toxics.
    public void Replaced() => _ = _changed.CancelAsync();
}
