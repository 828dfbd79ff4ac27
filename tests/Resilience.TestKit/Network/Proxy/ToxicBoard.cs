using System.Collections.Immutable;

namespace Resilience.TestKit.Network;

/// <summary>The toxics of a proxy, to be changed while connections pass.</summary>
internal sealed class ToxicBoard(int seed, TimeProvider time)
{
    private readonly Lock _gate = new();
    private volatile ToxicSet _current = new([], seed);
    private int _count;

    public ToxicSet Current => _current;

    public IDisposable Add(Toxic toxic)
    {
        toxic.Validate();
        var added = new AddedToxic(toxic, Interlocked.Increment(ref _count), time.GetTimestamp());
        Change(all => all.Add(added));
        return new Undo(() => Change(all => all.Remove(added)));
    }

    private void Change(Func<ImmutableArray<AddedToxic>, ImmutableArray<AddedToxic>> change)
    {
        ToxicSet former;
        lock (_gate)
        {
            former = _current;
            _current = new ToxicSet(change(former.All), seed);
        }

        former.Replaced();
    }
}
