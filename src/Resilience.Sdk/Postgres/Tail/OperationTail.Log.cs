using Microsoft.Extensions.Logging;

namespace Resilience.Postgres.Tail;

internal sealed partial class OperationTail
{
    [LoggerMessage(1040, LogLevel.Warning, "'{Dependency}': of {Count} operations that a former writer had acknowledged and that may not have been replicated, {Reapplied} were done again, the new writer has {Survived}, {Refused} are refused and tried again, {Lost} are lost")]
    private static partial void LogReapplied(ILogger logger, string dependency, int count, int reapplied, int survived, int refused, int lost);

    [LoggerMessage(1041, LogLevel.Error, "'{Dependency}': the operation '{Operation}' with id '{OperationId}', acknowledged at {CommittedAt:O}, is lost with the former writer and cannot be done again: {Why}")]
    private static partial void LogLost(ILogger logger, string dependency, string operation, string operationId, DateTimeOffset committedAt, string why);

    [LoggerMessage(1042, LogLevel.Error, "'{Dependency}': operations are committed but cannot be kept in the journal ({Reason}). Should this process end together with the writer's region, those that were not replicated are lost")]
    private static partial void LogNotKept(ILogger logger, string dependency, string reason);

    [LoggerMessage(1043, LogLevel.Error, "'{Dependency}': a region has confirmed nothing for so long that operations are no longer kept for it (at most {Most} or {Megabytes} MiB, for {Retention}). Were it promoted, they would be lost")]
    private static partial void LogOverfull(ILogger logger, string dependency, int most, long megabytes, TimeSpan retention);

    [LoggerMessage(1044, LogLevel.Warning, "'{Dependency}': the operations that wait for other regions could not be looked at; it is tried again")]
    private static partial void LogFailed(ILogger logger, Exception exception, string dependency);
}
