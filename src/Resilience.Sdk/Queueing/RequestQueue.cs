using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Resilience.Queueing.Spool;

namespace Resilience.Queueing;

/// <summary>Takes requests of one kind and promises them.</summary>
/// <param name="name">The queue.</param>
/// <param name="key">A request's idempotency key.</param>
/// <param name="orderKey">What requests share that must run one after the other; null when none do.</param>
/// <param name="json">How requests are written.</param>
/// <param name="options">The queue's options.</param>
/// <param name="spool">Keeps the promise.</param>
/// <param name="pending">How many wait, as counted last.</param>
/// <param name="time">The clock on the wall.</param>
internal sealed class RequestQueue<TRequest>(
    string name,
    Func<TRequest, string> key,
    Func<TRequest, string?>? orderKey,
    JsonTypeInfo<TRequest> json,
    Func<QueueOptions> options,
    QueueSpool spool,
    Func<long> pending,
    TimeProvider time) : IRequestQueue<TRequest>
{
    private const int LongestKey = 255;
    private static readonly TimeSpan WhenFull = TimeSpan.FromSeconds(30);

    public async ValueTask<string> EnqueueAsync(TRequest request, CancellationToken cancellationToken)
    {
        var current = options();
        var id = Checked(key(request), "key");
        var payload = JsonSerializer.SerializeToUtf8Bytes(request, json);
        if (payload.Length > current.MaxPayloadBytes)
        {
            throw new RequestQueueException($"A request for '{name}' has {payload.Length} bytes as JSON; at most {current.MaxPayloadBytes} are taken (MaxPayloadBytes).", retryAfter: null);
        }

        if (pending() >= current.MaxPending)
        {
            throw new RequestQueueException($"The queue '{name}' is full: {current.MaxPending} requests wait (MaxPending).", WhenFull);
        }

        var now = time.GetUtcNow();
        await spool.PromiseAsync(
            new QueueEntry
            {
                Queue = name,
                Key = id,
                PayloadHash = Convert.ToHexStringLower(SHA256.HashData(payload)),
                Payload = payload,
                OrderKey = orderKey?.Invoke(request) is { } order ? Checked(order, "order key") : null,
                EnqueuedAt = now,
                KeyExpiresAt = now + current.KeyWindow,
                TraceParent = Activity.Current?.Id,
            },
            cancellationToken);
        return id;
    }

    /// <summary>Control characters are refused: nothing in a journal may look like the beginning of a record.</summary>
    private string Checked(string text, string what) => text is { Length: > 0 and <= LongestKey } && !text.Any(char.IsControl)
        ? text
        : throw new RequestQueueException($"The {what} of a request for '{name}' must have 1 to {LongestKey} characters and no control characters.", retryAfter: null);
}
