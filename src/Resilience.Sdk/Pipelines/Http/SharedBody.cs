using System.Net;

namespace Resilience.Pipelines.Http;

/// <summary>
/// A content of an attempt's own over the bytes of another one that several attempts may write at once
/// (<see cref="RequestBody.IsShareable"/>). The bytes stay the other one's to dispose.
/// </summary>
internal sealed class SharedBody : HttpContent
{
    private readonly HttpContent _bytes;
    private readonly long? _length;

    private SharedBody(HttpContent bytes, long? length, HttpContent headers)
    {
        _bytes = bytes;
        _length = length;
        foreach (var header in headers.Headers.NonValidated)
        {
            Headers.TryAddWithoutValidation(header.Key, header.Value);
        }
    }

    /// <summary>
    /// Made of another shared body it looks at that one alone: asking a content for its length changes its headers, which
    /// must not happen to what is being sent.
    /// </summary>
    public static SharedBody Of(HttpContent content) => content is SharedBody shared
        ? new SharedBody(shared._bytes, shared._length, shared)
        : new SharedBody(content, content.Headers.ContentLength, content);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => _bytes.CopyToAsync(stream, context);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        _bytes.CopyToAsync(stream, context, cancellationToken);

    protected override bool TryComputeLength(out long length)
    {
        length = _length ?? -1;
        return _length is not null;
    }
}
