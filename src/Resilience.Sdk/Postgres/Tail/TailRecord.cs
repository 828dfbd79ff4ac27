using System.Text;
using Resilience.Journal;

namespace Resilience.Postgres.Tail;

/// <summary>What the journal says of an operation that was committed. Written once, never changed: the version comes first.</summary>
/// <param name="Database">The dependency.</param>
/// <param name="Operation">The kind of operation.</param>
/// <param name="OperationId">The id in the ledger.</param>
/// <param name="Writer">The writer that committed it.</param>
/// <param name="CommittedAt">When, by the clock of the process.</param>
/// <param name="AskUntil">How long the ledger surely tells whether it was done; afterwards doing it again might be doing it twice.</param>
/// <param name="IsEcho">Whether another call had done it: then this payload is what was asked for, and perhaps not what was done.</param>
/// <param name="Payload">The operation as JSON.</param>
internal sealed record TailRecord(
    string Database, string Operation, string OperationId, WriterHistory Writer, DateTimeOffset CommittedAt, DateTimeOffset AskUntil, bool IsEcho, byte[] Payload)
{
    private const byte Version = 1;

    /// <summary>The names and numbers, at their longest.</summary>
    private const int MostOverhead = 4096;

    /// <summary>The largest payload that the journal takes, in bytes.</summary>
    public const int MostPayload = FrameFormat.MaxRecord - MostOverhead;

    public byte[] Write()
    {
        using var bytes = new MemoryStream(Payload.Length + 256);
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        writer.Write(Version);
        writer.Write(Database);
        writer.Write(Operation);
        writer.Write(OperationId);
        writer.Write(Writer.Cluster);
        writer.Write(Writer.Region);
        writer.Write(Writer.Epoch);
        writer.Write(Writer.Timeline);
        writer.Write(CommittedAt.UtcTicks);
        writer.Write(AskUntil.UtcTicks);
        writer.Write(IsEcho);
        writer.Write(Payload.Length);
        writer.Write(Payload);
        writer.Flush();
        return bytes.ToArray();
    }

    /// <exception cref="InvalidDataException">It is of a later version, or none.</exception>
    public static TailRecord Read(ReadOnlyMemory<byte> record)
    {
        using var reader = new BinaryReader(new MemoryStream(record.ToArray()), Encoding.UTF8);
        try
        {
            var version = reader.ReadByte();
            return version == Version
                ? new TailRecord(
                    reader.ReadString(),
                    reader.ReadString(),
                    reader.ReadString(),
                    new WriterHistory(reader.ReadInt64(), reader.ReadString(), reader.ReadInt64(), reader.ReadInt32()),
                    new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero),
                    new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero),
                    reader.ReadBoolean(),
                    reader.ReadBytes(reader.ReadInt32()))
                : throw new InvalidDataException($"The journal of operations holds a record of version {version}, and this program knows version {Version}. Start the program that wrote it.");
        }
        catch (Exception exception) when (exception is EndOfStreamException or ArgumentOutOfRangeException)
        {
            throw new InvalidDataException("The journal of operations holds a record that is none of this program's. Give each program a folder of its own.", exception);
        }
    }
}
