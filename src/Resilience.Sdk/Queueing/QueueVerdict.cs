namespace Resilience.Queueing;

/// <summary>What a handler decides. Nothing said means that it is tried again.</summary>
internal enum QueueVerdict
{
    Retry,
    Done,
    Park,
}
