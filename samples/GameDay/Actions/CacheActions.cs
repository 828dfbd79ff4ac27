using Resilience.TestKit;

namespace GameDay.Actions;

/// <summary>What happens to Redis. Undoing starts it empty.</summary>
internal static class CacheActions
{
    public static IReadOnlyList<ActionKind> All { get; } =
    [
        new("kill-cache", "ends Redis with SIGKILL; it comes back empty") { Apply = KillAsync },
        new("hang-cache", "stops Redis where it is: connecting succeeds, no command is answered") { Apply = HangAsync },
    ];

    private static async Task<AppliedAction> KillAsync(ActionContext context, CancellationToken ct)
    {
        var redis = context.System.Redis;
        await redis.KillAsync(ct);
        return Undone(redis, token => redis.IsRunning ? Task.CompletedTask : redis.StartAsync(token));
    }

    private static async Task<AppliedAction> HangAsync(ActionContext context, CancellationToken ct)
    {
        var redis = context.System.Redis;
        await redis.HangAsync(ct);
        return Undone(redis, _ => redis.ResumeAsync());
    }

    private static AppliedAction Undone(RedisServer redis, Func<CancellationToken, Task> undo) => new()
    {
        Undo = undo,
        Disproof = async token => await redis.AnswersAsync(token) ? "Redis still answers" : null,
    };
}
