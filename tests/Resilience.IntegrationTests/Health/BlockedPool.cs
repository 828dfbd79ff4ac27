namespace Resilience.IntegrationTests.Health;

/// <summary>
/// Fills the thread pool with work that blocks, and keeps it from growing. What progresses blocks for a while, gives way to
/// whoever waits, and comes again; what does not, blocks until this is disposed.
/// </summary>
internal sealed class BlockedPool : IDisposable
{
    private const int MostThreads = 8;
    private static readonly TimeSpan Piece = TimeSpan.FromMilliseconds(200);
    private readonly ManualResetEventSlim _released = new();
    private readonly CountdownEvent _left;
    private readonly int _workers;
    private readonly int _ports;

    public BlockedPool(int items, bool progresses)
    {
        ThreadPool.GetMaxThreads(out _workers, out _ports);
        ThreadPool.SetMaxThreads(MostThreads, _ports);
        _left = new CountdownEvent(items);
        for (var i = 0; i < items; i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(_ => Block(progresses), null);
        }
    }

    public void Dispose()
    {
        _released.Set();
        ThreadPool.SetMaxThreads(_workers, _ports);
        _left.Wait(TimeSpan.FromSeconds(60));
        _left.Dispose();
        _released.Dispose();
    }

    private void Block(bool progresses)
    {
        if (progresses && !_released.Wait(Piece))
        {
            ThreadPool.UnsafeQueueUserWorkItem(_ => Block(progresses), null);
            return;
        }

        _released.Wait();
        _left.Signal();
    }
}
