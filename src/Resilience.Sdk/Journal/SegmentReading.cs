namespace Resilience.Journal;

/// <summary>What a file holds.</summary>
/// <param name="Records">The whole records, in order.</param>
/// <param name="GoodLength">The bytes up to the first that belongs to no whole frame.</param>
/// <param name="Length">All bytes.</param>
/// <param name="IsBrokenInside">Whether whole frames come after bytes that belong to none: no crash leaves that.</param>
internal sealed record SegmentReading(List<ReadOnlyMemory<byte>> Records, int GoodLength, int Length, bool IsBrokenInside)
{
    public static SegmentReading Of(ReadOnlyMemory<byte> file)
    {
        var records = new List<ReadOnlyMemory<byte>>();
        var hasHeader = file.Span.StartsWith(FrameFormat.FileHeader);
        var offset = hasHeader ? FrameFormat.FileHeader.Length : 0;
        while (hasHeader && FrameFormat.TryRead(file, offset, records) is var length and > 0)
        {
            offset += length;
        }

        var (good, before) = (offset, records.Count);
        while (offset < file.Length)
        {
            offset += Math.Max(1, FrameFormat.TryRead(file, offset, records));
        }

        return new SegmentReading(records, good, file.Length, records.Count > before);
    }
}
