using System.Buffers.Binary;

namespace Resilience.TestKit.Processes;

internal static class FileOwner
{
    private const int RelativeToWorkingDirectory = -100;
    private const int DoNotFollowLinks = 0x100;
    private const uint WantUserId = 0x8;
    private const int SizeOfStatus = 256;
    private const int OffsetOfUserId = 20;

    /// <returns>The user id of the owner; null when the path cannot be looked up.</returns>
    /// <remarks>By statx, whose layout is the same on every architecture.</remarks>
    public static uint? Of(string path)
    {
        Span<byte> status = stackalloc byte[SizeOfStatus];
        return NativeMethods.FileStatus(RelativeToWorkingDirectory, path, DoNotFollowLinks, WantUserId, status) == 0
            ? BinaryPrimitives.ReadUInt32LittleEndian(status[OffsetOfUserId..])
            : null;
    }
}
