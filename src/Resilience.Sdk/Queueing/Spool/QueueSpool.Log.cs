using Microsoft.Extensions.Logging;

namespace Resilience.Queueing.Spool;

/// <content>What it tells.</content>
internal sealed partial class QueueSpool
{
    [LoggerMessage(1800, LogLevel.Warning, "A completion of '{Queue}' could not be noted in the journal. After a failover that loses the store's last commits it may be carried out again, under the same key")]
    private static partial void LogUnnoted(ILogger logger, Exception exception, string queue);

    [LoggerMessage(1801, LogLevel.Error, "Requests that are promised cannot be stored now; the journal holds {Count} and it is tried again")]
    private static partial void LogAway(ILogger logger, Exception exception, int count);

    [LoggerMessage(1802, LogLevel.Information, "Promised requests can be stored again")]
    private static partial void LogBack(ILogger logger);

    [LoggerMessage(1803, LogLevel.Warning, "The store of '{Queue}' has a new writer: {Count} requests that its last commits may have lost are stored again")]
    private static partial void LogAgain(ILogger logger, string queue, int count);

    [LoggerMessage(1804, LogLevel.Error, "'{Queue}': two replicas promised different requests under one key while the store was away; the second is parked as '{Key}'")]
    private static partial void LogConflict(ILogger logger, string queue, string key);

    [LoggerMessage(1805, LogLevel.Critical, "The journal holds {Count} requests of the queue '{Queue}', which this program does not have any more. Add it again with dr.AddQueue, or they are never carried out")]
    private static partial void LogOrphans(ILogger logger, int count, string queue);
}
