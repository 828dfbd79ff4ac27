namespace Resilience.IntegrationTests.Payments;

/// <summary>
/// While it lives, the thread pool of this process makes threads at once: whatever blocks some of them for a moment must not
/// be what a customer's wait is measured by. For tests that run alone.
/// </summary>
internal sealed class ClientThreads : IDisposable
{
    private readonly int _workers;
    private readonly int _ports;

    public ClientThreads()
    {
        ThreadPool.GetMinThreads(out _workers, out _ports);
        ThreadPool.SetMinThreads(32, 32);
    }

    public void Dispose() => ThreadPool.SetMinThreads(_workers, _ports);
}
