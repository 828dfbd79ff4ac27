namespace Resilience.Journal;

/// <summary>A record that waits for the next sync. Its task is the number of the file that holds it.</summary>
internal sealed class PendingAppend(ReadOnlyMemory<byte> content) : TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public ReadOnlyMemory<byte> Content => content;

    public int Length => FrameFormat.LengthOf(content.Length);
}
