using System.Text;

namespace Resilience.Postgres.Tail;

/// <summary>What the journal says of an operation that was committed. Written once, never changed: the version comes first.</summary>
/// <param name="Database">The dependency.</param>
/// <param name="Operation">The kind of operation.</param>
/// <param name="OperationId">The id in the ledger.</param>
/// <param name="Epoch">The epoch of the writer that committed it.</param>
/// <param name="CommittedAt">When, by the clock of the process.</param>
/// <param name="Payload">The operation as JSON.</param>
internal sealed record TailRecord(string Database, string Operation, string OperationId, long Epoch, DateTimeOffset CommittedAt, byte[] Payload)
{
    private const byte Version = 1;

    public byte[] Write()
    {
        using var bytes = new MemoryStream(Payload.Length + 128);
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        writer.Write(Version);
        writer.Write(Database);
        writer.Write(Operation);
        writer.Write(OperationId);
        writer.Write(Epoch);
        writer.Write(CommittedAt.UtcTicks);
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
                    reader.ReadString(), reader.ReadString(), reader.ReadString(), reader.ReadInt64(), new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero), reader.ReadBytes(reader.ReadInt32()))
                : throw new InvalidDataException($"The journal of operations holds a record of version {version}, and this program knows version {Version}. Start the program that wrote it.");
        }
        catch (Exception exception) when (exception is EndOfStreamException or ArgumentOutOfRangeException)
        {
            throw new InvalidDataException("The journal of operations holds a record that is none of this program's. Give each program a folder of its own.", exception);
        }
    }
}
