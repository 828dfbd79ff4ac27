using System.Security.Cryptography;
using System.Text;
using Resilience.Queueing;

namespace Resilience.IntegrationTests.Queueing;

internal static class QueueEntries
{
    public const string Queue = "payment_service";

    public static QueueEntry Of(string key, string payload = "{}", string? order = null, TimeSpan? window = null) => new()
    {
        Queue = Queue,
        Key = key,
        Payload = Encoding.UTF8.GetBytes(payload),
        PayloadHash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(payload))),
        OrderKey = order,
        EnqueuedAt = TimeProvider.System.GetUtcNow(),
        KeyExpiresAt = TimeProvider.System.GetUtcNow() + (window ?? TimeSpan.FromHours(1)),
    };
}
