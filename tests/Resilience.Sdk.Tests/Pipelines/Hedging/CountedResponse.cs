using System.Net;

namespace Resilience.Sdk.Tests.Pipelines.Hedging;

/// <summary>An answer that knows how often it was disposed of.</summary>
internal sealed class CountedResponse : HttpResponseMessage
{
    private readonly TaskCompletionSource _disposed = new();
    private int _disposals;

    public CountedResponse(HttpStatusCode status)
        : base(status) => Content = new StringContent("answer");

    public int Disposals => Volatile.Read(ref _disposals);

    public Task WhenDisposedAsync() => _disposed.Task.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System);

    protected override void Dispose(bool disposing)
    {
        Interlocked.Increment(ref _disposals);
        base.Dispose(disposing);
        _disposed.TrySetResult();
    }
}
