using System.Numerics;
using System.Runtime.CompilerServices;

namespace Resilience.Pipelines.Bulkhead;

/// <summary>
/// Free permits, spread over processors so that two threads need not write one cache line. A permit is in exactly one stripe
/// or in exactly one hand, so the sum is exact; it goes back to the stripe of the processor that returns it, and an empty stripe
/// takes from the others.
/// </summary>
/// <remarks>
/// "None left" is exact too, not merely what one walk over the stripes saw: a permit could be returned behind the walk and
/// another taken before it. Every return counts up the high half of its word, so when a second walk finds all stripes empty
/// and no count changed, all were empty at once in between (the double collect of Y. Afek et al., "Atomic Snapshots of Shared
/// Memory", 1993).
/// </remarks>
internal sealed class PermitStripes
{
    private const int MostStripes = 32;
    private const long OneReturn = 1L << 32;

    // In each the low half counts free permits, the high half how often any came in.
    private readonly PaddedWord[] _stripes;
    private readonly int _mask;

    /// <param name="stripes">How many; rounded up to a power of two.</param>
    public PermitStripes(int stripes)
    {
        _stripes = new PaddedWord[BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(stripes, 1, MostStripes))];
        _mask = _stripes.Length - 1;
    }

    public bool TryTake()
    {
        var own = Thread.GetCurrentProcessorId() & _mask;
        return TryTakeFrom(ref _stripes[own].Value, out _) || TrySteal(own);
    }

    public void Return() => Interlocked.Add(ref _stripes[Thread.GetCurrentProcessorId() & _mask].Value, OneReturn + 1);

    /// <summary>Adds new permits, evenly.</summary>
    public void Add(int permits)
    {
        for (var i = 0; i < _stripes.Length; i++)
        {
            var share = (permits / _stripes.Length) + (i < permits % _stripes.Length ? 1 : 0);
            if (share > 0)
            {
                Interlocked.Add(ref _stripes[i].Value, OneReturn + share);
            }
        }
    }

    /// <summary>Takes permits out for good, as many as are free but no more than asked for.</summary>
    public int Remove(int most)
    {
        var removed = 0;
        foreach (ref var stripe in _stripes.AsSpan())
        {
            var seen = Volatile.Read(ref stripe.Value);
            while (removed < most && (uint)seen != 0)
            {
                var share = Math.Min((int)(uint)seen, most - removed);
                var found = Interlocked.CompareExchange(ref stripe.Value, seen - share, seen);
                if (found == seen)
                {
                    removed += share;
                    break;
                }

                seen = found;
            }
        }

        return removed;
    }

    /// <summary>About how many are free; exact while no call runs.</summary>
    public int CountFree()
    {
        var sum = 0L;
        foreach (ref var stripe in _stripes.AsSpan())
        {
            sum += (uint)Volatile.Read(ref stripe.Value);
        }

        return (int)sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryTakeFrom(ref long word, out long seen)
    {
        seen = Volatile.Read(ref word);
        while ((uint)seen != 0)
        {
            var found = Interlocked.CompareExchange(ref word, seen - 1, seen);
            if (found == seen)
            {
                return true;
            }

            seen = found;
        }

        return false;
    }

    // Repeats only when somebody returned a permit meanwhile, so the limiter as a whole goes on.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TrySteal(int own)
    {
        while (true)
        {
            var returns = 0L;
            for (var i = 1; i <= _stripes.Length; i++)
            {
                if (TryTakeFrom(ref _stripes[(own + i) & _mask].Value, out var seen))
                {
                    return true;
                }

                returns += seen >>> 32;
            }

            if (WasEmpty(returns))
            {
                return false;
            }
        }
    }

    private bool WasEmpty(long returns)
    {
        foreach (ref var stripe in _stripes.AsSpan())
        {
            var seen = Volatile.Read(ref stripe.Value);
            if ((uint)seen != 0)
            {
                return false;
            }

            returns -= seen >>> 32;
        }

        return returns == 0;
    }
}
