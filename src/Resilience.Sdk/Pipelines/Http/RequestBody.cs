using System.Net;

namespace Resilience.Pipelines.Http;

/// <summary>
/// A request's body that can be sent more than once. While it is sent for the first time a copy is kept, up to a limit;
/// a body that grows beyond it is sent as usual and cannot be repeated. Nothing is copied before it is needed, and the
/// first attempt is never delayed by it.
/// </summary>
internal sealed class RequestBody : HttpContent
{
    private readonly HttpContent _original;
    private readonly int _limit;
    private byte[]? _copy;
    private int _length;
    private bool _started;
    private bool _complete;

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
}
