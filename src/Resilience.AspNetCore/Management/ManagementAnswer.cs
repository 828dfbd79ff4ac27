namespace Resilience.AspNetCore.Management;

/// <summary>What the management listener answers.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="ContentType">The type of the body.</param>
/// <param name="Body">The body, whole.</param>
internal readonly record struct ManagementAnswer(int Status, string ContentType, ReadOnlyMemory<byte> Body)
{
    /// <summary>The bytes to send: always with a length, never kept alive, so that a prober is never left guessing.</summary>
    /// <param name="withBody">False for HEAD.</param>
    public byte[] ToBytes(bool withBody)
    {
        var head = System.Text.Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {Status} {Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(Status)}\r\nContent-Type: {ContentType}\r\nContent-Length: {Body.Length}\r\nCache-Control: no-store\r\n"
            + (Status == 405 ? "Allow: GET, HEAD\r\n" : "") + "Connection: close\r\n\r\n");
        if (!withBody)
        {
            return head;
        }

        var bytes = new byte[head.Length + Body.Length];
        head.CopyTo(bytes, 0);
        Body.Span.CopyTo(bytes.AsSpan(head.Length));
        return bytes;
    }
}
