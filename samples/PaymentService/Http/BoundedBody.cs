namespace PaymentService.Http;

internal static class BoundedBody
{
    public const int MaxBytes = 16 * 1024;

    /// <summary>The body, or null when it is longer than <see cref="MaxBytes"/> or cannot be received.</summary>
    public static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > MaxBytes)
        {
            return null;
        }

        try
        {
            // One byte more than allowed tells a full body from one that goes on, also when it comes in chunks without a length.
            var buffer = new byte[MaxBytes + 1];
            var length = await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
            return length > MaxBytes ? default(ReadOnlyMemory<byte>?) : buffer.AsMemory(0, length);
        }
        catch (BadHttpRequestException)
        {
            return null;
        }
    }
}
