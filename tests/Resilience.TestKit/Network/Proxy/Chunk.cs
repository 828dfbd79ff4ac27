namespace Resilience.TestKit.Network;

/// <param name="Bytes">What was read; none at the end of the stream.</param>
/// <param name="At">The timestamp of its arrival.</param>
/// <param name="Chance">Where it lies in the jitter, from 0 to 1.</param>
internal sealed record Chunk(ReadOnlyMemory<byte> Bytes, long At, double Chance)
{
    // What the objects around the bytes take, so that a line of single bytes is bounded too.
    private const int Overhead = 100;

    public bool IsEnd => Bytes.IsEmpty;

    public long Weight => Bytes.Length + Overhead;
}
