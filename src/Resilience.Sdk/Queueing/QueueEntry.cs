namespace Resilience.Queueing;

/// <summary>A request that was promised to be carried out later. Immutable; the same in journal and store.</summary>
internal sealed record QueueEntry
{
    /// <summary>The queue, which is the service whose requests it holds.</summary>
    public required string Queue { get; init; }

    /// <summary>The idempotency key, unique in its queue; 1 to 255 characters.</summary>
    public required string Key { get; init; }

    /// <summary>SHA-256 of the payload, lower-case hexadecimal. The same key with another hash is another request.</summary>
    public required string PayloadHash { get; init; }

    /// <summary>The request as UTF-8 JSON.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>Entries that share it run one after the other; null for those that may run at any time.</summary>
    public string? OrderKey { get; init; }

    public required DateTimeOffset EnqueuedAt { get; init; }

    /// <summary>Until when the other side still knows the key. Afterwards the entry is not run but reconciled.</summary>
    public required DateTimeOffset KeyExpiresAt { get; init; }

    /// <summary>The W3C trace parent of the request, so that its later run belongs to its trace.</summary>
    public string? TraceParent { get; init; }
}
