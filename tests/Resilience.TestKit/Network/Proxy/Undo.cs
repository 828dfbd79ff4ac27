namespace Resilience.TestKit.Network;

/// <summary>Undoes something once, however often it is disposed.</summary>
internal sealed class Undo(Action undo) : IDisposable
{
    private int _done;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _done, 1) == 0)
        {
            undo();
        }
    }
}
