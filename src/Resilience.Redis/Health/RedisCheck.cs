using Resilience.Health;
using Resilience.Internal;
using Resilience.Pipelines;
using Resilience.Redis.Connections;

namespace Resilience.Redis.Health;

/// <summary>
/// A PING over the application's own connection. Commands that succeed through the dependency's pipeline stand in for it. At
/// most one PING is under way: one that does not come back is waited for again instead of sending more after it.
/// </summary>
internal sealed class RedisCheck(Dependency dependency, Func<RedisConnection> connection, MonotonicClock clock) : ICheck
{
    /// <summary>After this long without an answer or an error nothing will come: the next look sends another.</summary>
    private static readonly TimeSpan Lost = TimeSpan.FromSeconds(30);
    private Task<TimeSpan>? _pending;
    private TimeSpan _sentAt;

    public string Name => dependency.Name;

    public bool HasSucceededWithin(TimeSpan last) => dependency.HasSucceededWithin(last);

    public async ValueTask<CheckAnswer> LookAsync(CancellationToken cancellationToken)
    {
        if (_pending is null or { IsCompleted: true } || clock.Now - _sentAt > Lost)
        {
            _sentAt = clock.Now;
            _pending = PingAsync();
        }

        try
        {
            await Bounded.WaitAsync(_pending, cancellationToken);
            return new CheckAnswer(CheckOutcome.Succeeded);
        }
        catch (Exception exception)
        {
            return new CheckAnswer(CheckOutcome.Failed, RedisFailure.Reason(exception));
        }
    }

    private async Task<TimeSpan> PingAsync() => await (await connection().GetAsync()).GetDatabase().PingAsync();
}
