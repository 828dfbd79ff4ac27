using System.Buffers.Binary;
using System.Numerics;

namespace Resilience.Journal;

/// <summary>
/// How records stand in a file: eight bytes that say what it is, then a frame for each sync, which is a length, a CRC-32C of
/// length and content, and the content: the records that shared the sync, each behind its length. A frame is whole or it is
/// none, as a record is in LevelDB's log. The next frame is written only after the last has been synced, so a crash can
/// damage the last frame alone, in whatever order its blocks reached the disk.
/// </summary>
internal static class FrameFormat
{
    /// <summary>The largest content of a frame.</summary>
    public const int MaxFrame = 1024 * 1024;

    /// <summary>The largest record.</summary>
    public const int MaxRecord = MaxFrame - LengthBytes;

    private const int LengthBytes = sizeof(int);
    private const int HeaderBytes = 2 * LengthBytes;

    /// <summary>The first bytes of a file; the last one is the version.</summary>
    public static ReadOnlySpan<byte> FileHeader => "DRJRNL\0\u0001"u8;

    /// <summary>What a record takes of a frame's content.</summary>
    public static int LengthOf(int record) => LengthBytes + record;

    /// <summary>What a frame takes of a file.</summary>
    public static int FrameOf(int content) => HeaderBytes + content;

    /// <summary>Writes a record into the content of a frame.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="content">How much content it has so far.</param>
    /// <param name="record">The record.</param>
    /// <returns>How much content it has then.</returns>
    public static int Add(Span<byte> frame, int content, ReadOnlySpan<byte> record)
    {
        BinaryPrimitives.WriteInt32LittleEndian(frame[FrameOf(content)..], record.Length);
        record.CopyTo(frame[(FrameOf(content) + LengthBytes)..]);
        return content + LengthOf(record.Length);
    }

    /// <summary>Completes a frame.</summary>
    /// <returns>Its bytes.</returns>
    public static ReadOnlySpan<byte> Close(Span<byte> frame, int content)
    {
        BinaryPrimitives.WriteInt32LittleEndian(frame, content);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[LengthBytes..], Checksum(frame.Slice(HeaderBytes, content)));
        return frame[..FrameOf(content)];
    }

    /// <summary>Reads the frame that begins at an offset.</summary>
    /// <param name="file">The file.</param>
    /// <param name="offset">Where.</param>
    /// <param name="records">Gets the records of a whole frame.</param>
    /// <returns>How many bytes it takes; 0 when there is no whole frame.</returns>
    public static int TryRead(ReadOnlyMemory<byte> file, int offset, List<ReadOnlyMemory<byte>> records)
    {
        var rest = file.Span[offset..];
        if (rest.Length < HeaderBytes)
        {
            return 0;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(rest);
        if (length is <= LengthBytes or > MaxFrame || length > rest.Length - HeaderBytes
            || BinaryPrimitives.ReadUInt32LittleEndian(rest[LengthBytes..]) != Checksum(rest.Slice(HeaderBytes, length)))
        {
            return 0;
        }

        var content = file.Slice(offset + HeaderBytes, length);
        while (content.Length > LengthBytes)
        {
            var record = BinaryPrimitives.ReadInt32LittleEndian(content.Span);
            records.Add(content.Slice(LengthBytes, record));
            content = content[LengthOf(record)..];
        }

        return FrameOf(length);
    }

    /// <summary>CRC-32C (RFC 3720, appendix B.4), over the length as well, so that zeroes are no frame.</summary>
    private static uint Checksum(ReadOnlySpan<byte> content)
    {
        var crc = BitOperations.Crc32C(uint.MaxValue, (uint)content.Length);
        while (content.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(content));
            content = content[sizeof(ulong)..];
        }

        foreach (var value in content)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }
}
