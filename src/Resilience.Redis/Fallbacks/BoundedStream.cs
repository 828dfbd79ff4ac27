namespace Resilience.Redis.Fallbacks;

/// <summary>Takes so many bytes and then no more, so that an answer without end does not fill the memory before it is found too large.</summary>
internal sealed class BoundedStream(int most) : MemoryStream
{
    public override void Write(byte[] buffer, int offset, int count)
    {
        Check(count);
        base.Write(buffer, offset, count);
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        Check(buffer.Length);
        base.Write(buffer);
    }

    private void Check(int count)
    {
        if (Length + count > most)
        {
            throw new IOException($"More than {most} bytes.");
        }
    }
}
