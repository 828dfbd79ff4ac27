using Microsoft.AspNetCore.Http;
using Resilience.AspNetCore.Operations.Live;

namespace Resilience.AspNetCore.Tests.Operations;

/// <summary>A page without a server in between, that counts what it is sent.</summary>
internal sealed class DirectPage
{
    private readonly CancellationTokenSource _closed = new();
    private readonly CountingStream _body = new();
    private readonly Task _served;

    public DirectPage(EventStream stream)
    {
        var context = new DefaultHttpContext { RequestAborted = _closed.Token };
        context.Response.Body = _body;
        _served = stream.ServeAsync(context);
    }

    public int Received => _body.Writes;

    public async Task CloseAsync()
    {
        await _closed.CancelAsync();
        await _served;
    }

    private sealed class CountingStream : MemoryStream
    {
        private int _writes;

        public int Writes => Volatile.Read(ref _writes);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _writes);
            return ValueTask.CompletedTask;
        }
    }
}
