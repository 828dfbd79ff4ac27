using System.Net;
using System.Net.Http.Json;

namespace Resilience.Pipelines.Http;

/// <summary>
/// A request's body that can be sent more than once. While it is sent for the first time a copy is kept, up to a limit;
/// a body that grows beyond it is sent as usual and cannot be repeated. Only where attempts may run at once is the copy made
/// before the first of them (<see cref="BufferAsync"/>); otherwise nothing delays it.
/// </summary>
internal sealed class RequestBody : HttpContent
{
    private const int FirstBuffer = 4096;
    private readonly HttpContent _original;
    private readonly int _limit;
    private byte[]? _copy;
    private int _length;
    private bool _started;
    private bool _complete;
    private Stream? _rest;

    public RequestBody(HttpContent original, int limit)
    {
        _original = original;
        _limit = limit;
        foreach (var header in original.Headers.NonValidated)
        {
            Headers.TryAddWithoutValidation(header.Key, header.Value);
        }
    }

    /// <summary>True when another attempt can send the same bytes.</summary>
    public bool CanRepeat => !_started || _complete;

    /// <summary>Bodies that the framework can write as often as it likes, one time after another.</summary>
    public static bool IsReplayable(HttpContent content) => content is ByteArrayContent or ReadOnlyMemoryContent or JsonContent or RequestBody;

    /// <summary>Bodies that several attempts may write at once.</summary>
    public static bool IsShareable(HttpContent? content) => content is null or ByteArrayContent or ReadOnlyMemoryContent or RequestBody { _complete: true };

    /// <summary>Whether <see cref="BufferAsync"/> can find out whether a body is small enough, without spoiling one that is not.</summary>
    public static bool IsBufferable(HttpContent content, int limit) =>
        content.Headers.ContentLength is { } length ? length <= limit : content is StreamContent or JsonContent;

    /// <summary>Reads the body before it is sent, so that attempts can send it at once. One that is too large can be sent once after that.</summary>
    /// <exception cref="OperationCanceledException">The body was not there in time; it cannot be sent any more.</exception>
    public async ValueTask BufferAsync(CancellationToken cancellationToken)
    {
        if (_original is StreamContent)
        {
            await PullAsync(await _original.ReadAsStreamAsync(cancellationToken), cancellationToken);
            return;
        }

        await using var copying = new CopyingStream(Stream.Null, this);
        await _original.CopyToAsync(copying, cancellationToken);
        _complete = _length >= 0;
        _started = !IsReplayable(_original);
        _length = Math.Max(0, _length);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (_complete)
        {
            await stream.WriteAsync(_copy.AsMemory(0, _length), cancellationToken);
            return;
        }

        if (_started)
        {
            throw new InvalidOperationException($"The request body is larger than {_limit} bytes and was sent already; it cannot be sent again.");
        }

        _started = true;
        if (_rest is not null)
        {
            await stream.WriteAsync(_copy.AsMemory(0, _length), cancellationToken);
            await _rest.CopyToAsync(stream, cancellationToken);
            return;
        }

        await using var copying = new CopyingStream(stream, this);
        await _original.CopyToAsync(copying, context, cancellationToken);
        _complete = _length >= 0;
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _complete ? _length : _original.Headers.ContentLength ?? -1;
        return length >= 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _original.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Keeps what passes by; a negative length says that it was too much.</summary>
    internal void Keep(ReadOnlySpan<byte> bytes)
    {
        if (_length < 0)
        {
            return;
        }

        if (_length + bytes.Length > _limit)
        {
            (_length, _copy) = (-1, null);
            return;
        }

        if (_copy is null || _copy.Length < _length + bytes.Length)
        {
            Array.Resize(ref _copy, Math.Min(_limit, Math.Max(1024, 2 * (_length + bytes.Length))));
        }

        bytes.CopyTo(_copy.AsSpan(_length));
        _length += bytes.Length;
    }

    /// <summary>Reads up to one byte beyond the limit. What is read of a larger body, and its rest, are sent one after the other.</summary>
    private async ValueTask PullAsync(Stream body, CancellationToken cancellationToken)
    {
        var bytes = new byte[Math.Min(_limit + 1, FirstBuffer)];
        while (_length <= _limit)
        {
            if (_length == bytes.Length)
            {
                Array.Resize(ref bytes, Math.Min(_limit + 1, 2 * bytes.Length));
            }

            var read = await body.ReadAsync(bytes.AsMemory(_length), cancellationToken);
            if (read == 0)
            {
                (_copy, _complete) = (bytes, true);
                return;
            }

            _length += read;
        }

        (_copy, _rest) = (bytes, body);
    }
}
