using Resilience.Internal;

namespace Resilience.Postgres;

/// <summary>
/// The token of work on a server: the caller's, ended also when the server is given up. The end comes on a thread of its own for
/// each, because a client that tells a hung server to stop blocks for seconds.
/// </summary>
internal readonly struct EndingToken : IAsyncDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenRegistration _registration;

    /// <param name="callers">The caller's own token.</param>
    /// <param name="over">Cancelled when the server is given up.</param>
    public EndingToken(CancellationToken callers, CancellationToken over)
    {
        Over = over;
        _source = CancellationTokenSource.CreateLinkedTokenSource(callers);
        Token = _source.Token;
        _registration = over.UnsafeRegister(static source => _ = BlockingCancellation.RunAsync((CancellationTokenSource)source!), _source);
    }

    public CancellationToken Token { get; }

    public CancellationToken Over { get; }

    public async ValueTask DisposeAsync()
    {
        await _registration.DisposeAsync();
        if (!Over.IsCancellationRequested)
        {
            _source.Dispose();
        }
    }
}
