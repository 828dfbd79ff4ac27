using Resilience.Internal;

namespace Resilience.Postgres;

/// <summary>
/// The time in which one region is the writer, from its election to that of the next. What is under way in it ends with it: a
/// server that hangs, or a former writer, would otherwise keep a call until its own time-out.
/// </summary>
/// <param name="generation">The generation of the election.</param>
/// <param name="epoch">The epoch of the writer when it was elected; a connection that shows an earlier one leads elsewhere.</param>
#pragma warning disable CA1001 // Never disposed: calls register with it as long as they run, and without a timer it holds nothing.
internal sealed class Reign(long generation, long epoch)
#pragma warning restore CA1001
{
    private readonly CancellationTokenSource _over = new();
    private bool _isOver;

    public long Generation => generation;

    public long Epoch => epoch;

    /// <summary>Cancelled when another writer is elected, some time after <see cref="IsOver"/> is true.</summary>
    public CancellationToken Over => _over.Token;

    /// <summary>True before anybody can be sent to the next writer: who looks at it before a commit sends none to a former one.</summary>
    public bool IsOver => Volatile.Read(ref _isOver);

    /// <exception cref="OperationCanceledException">It is over.</exception>
    public void ThrowIfOver()
    {
        if (IsOver)
        {
            throw new OperationCanceledException("Another writer was elected.", Over);
        }
    }

    /// <summary>Does not wait: telling a server that hangs takes its time.</summary>
    public void End()
    {
        Volatile.Write(ref _isOver, true);
        _ = BlockingCancellation.RunAsync(_over);
    }
}
