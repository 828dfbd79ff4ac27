using System.Runtime.InteropServices;

namespace Resilience.Pipelines.Bulkhead;

/// <summary>
/// A number that one processor mostly writes, in an array of them. 128 bytes, because processors fetch cache lines in pairs,
/// with the number in the middle: neither the neighbour's nor the array's length, which every call reads, lies on its line.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 128)]
internal struct PaddedWord
{
    [FieldOffset(64)]
    public long Value;
}
