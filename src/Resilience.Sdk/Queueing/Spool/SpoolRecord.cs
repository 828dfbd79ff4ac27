using System.Text;

namespace Resilience.Queueing.Spool;

/// <summary>What the journal says of an entry. Written once, never changed: the version comes first.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Entry">To which entry.</param>
internal sealed record SpoolRecord(SpoolRecordKind Kind, QueueEntry Entry)
{
    private const byte Version = 1;

    public byte[] Write()
    {
        using var bytes = new MemoryStream(Entry.Payload.Length + 256);
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        writer.Write(Version);
        writer.Write((byte)Kind);
        writer.Write(Entry.Queue);
        writer.Write(Entry.Key);
        writer.Write(Entry.PayloadHash);
        writer.Write(Entry.OrderKey ?? "");
        writer.Write(Entry.TraceParent ?? "");
        writer.Write(Entry.EnqueuedAt.UtcTicks);
        writer.Write(Entry.KeyExpiresAt.UtcTicks);
        writer.Write(Entry.Payload.Length);
        writer.Write(Entry.Payload.Span);
        writer.Flush();
        return bytes.ToArray();
    }

    /// <exception cref="InvalidDataException">It is of a later version, or none.</exception>
    public static SpoolRecord Read(ReadOnlyMemory<byte> record)
    {
        using var reader = new BinaryReader(new MemoryStream(record.ToArray()), Encoding.UTF8);
        try
        {
            var version = reader.ReadByte();
            if (version != Version)
            {
                throw new InvalidDataException($"The journal holds a record of version {version}, and this program knows version {Version}. Start the program that wrote it.");
            }

            var kind = (SpoolRecordKind)reader.ReadByte();
            var entry = new QueueEntry
            {
                Queue = reader.ReadString(),
                Key = reader.ReadString(),
                PayloadHash = reader.ReadString(),
                OrderKey = reader.ReadString() is { Length: > 0 } order ? order : null,
                TraceParent = reader.ReadString() is { Length: > 0 } trace ? trace : null,
                EnqueuedAt = new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero),
                KeyExpiresAt = new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero),
                Payload = reader.ReadBytes(reader.ReadInt32()),
            };
            return new SpoolRecord(kind, entry);
        }
        catch (Exception exception) when (exception is EndOfStreamException or ArgumentOutOfRangeException)
        {
            throw new InvalidDataException("The journal holds a record that is none of this program's. Give each program a folder of its own.", exception);
        }
    }
}
