using Resilience.Internal;
using Resilience.Pipelines.Bulkhead;
using Resilience.Pipelines.CircuitBreaker;
using Resilience.Pipelines.Hedging;
using Resilience.Pipelines.Http;
using Resilience.Pipelines.Retry;
using Resilience.Pipelines.Timeouts;

namespace Resilience.Pipelines;

/// <summary>Reads how a dependency is called. Whatever a section does not say, it takes from the options it inherits.</summary>
internal static class DependencyOptionsReader
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <param name="reader">The dependency's section, or that of the defaults.</param>
    /// <param name="inherited">The options to start from.</param>
    public static DependencyOptions Read(ConfigurationReader reader, DependencyOptions inherited)
    {
        var from = reader.Text("Preset") is null ? inherited : DependencyPresets.Of(reader.Choice("Preset", DependencyPreset.Standard));
        var options = new DependencyOptions
        {
            TotalRequestTimeout = Timeout(reader.Section("TotalRequestTimeout"), from.TotalRequestTimeout),
            Retry = Retry(reader.Section("Retry"), from.Retry),
            Hedging = Hedging(reader.Section("Hedging"), from.Hedging),
            CircuitBreaker = Breaker(reader.Section("CircuitBreaker"), from.CircuitBreaker),
            Bulkhead = Bulkhead(reader.Section("Bulkhead"), from.Bulkhead),
            AttemptTimeout = Timeout(reader.Section("AttemptTimeout"), from.AttemptTimeout),
            Http = Http(reader.Section("Http"), from.Http),
        };
        foreach (var (section, problems) in Problems(options))
        {
            foreach (var (key, value, message) in problems)
            {
                reader.Report(section.Length == 0 ? key : $"{section}:{key}", value, message);
            }
        }

        return options;
    }

    private static IEnumerable<(string Section, IEnumerable<(string Key, string? Value, string Message)> Problems)> Problems(DependencyOptions options)
    {
        yield return ("", TimeoutOptionsValidator.Problems(options.TotalRequestTimeout, options.AttemptTimeout));
        yield return ("Retry", RetryOptionsValidator.Problems(options.Retry));
        yield return ("Hedging", HedgingOptionsValidator.Problems(options.Hedging));
        yield return ("CircuitBreaker", CircuitBreakerOptionsValidator.Problems(options.CircuitBreaker));
        yield return ("Bulkhead", BulkheadOptionsValidator.Problems(options.Bulkhead));
    }

    private static TimeoutOptions Timeout(ConfigurationReader? reader, TimeoutOptions from) => Done(reader, section => new TimeoutOptions
    {
        Enabled = section.Boolean("Enabled", from.Enabled),
        Timeout = section.Duration("Timeout", from.Timeout, TimeSpan.Zero, Day),
    }) ?? from;

    private static RetryOptions Retry(ConfigurationReader? reader, RetryOptions from) => Done(reader, section => from with
    {
        Enabled = section.Boolean("Enabled", from.Enabled),
        MaxRetryAttempts = section.Integer("MaxRetryAttempts", from.MaxRetryAttempts, 0, 100),
        Delay = section.Duration("Delay", from.Delay, TimeSpan.Zero, Day),
        MaxDelay = section.OptionalDuration("MaxDelay", from.MaxDelay, Day),
        BackoffType = section.Choice("BackoffType", from.BackoffType),
        UseJitter = section.Boolean("UseJitter", from.UseJitter),
        Jitter = section.Choice("Jitter", from.Jitter),
        ShouldRetryAfterHeader = section.Boolean("ShouldRetryAfterHeader", from.ShouldRetryAfterHeader),
        Budget = Budget(section, from.Budget),
    }) ?? from;

    private static RetryBudgetOptions? Budget(ConfigurationReader retry, RetryBudgetOptions? from)
    {
        if (retry.Section("Budget") is not { } section)
        {
            return from;
        }

        var enabled = section.Boolean("Enabled", from is not null);
        var options = from ?? new RetryBudgetOptions();
        options = options with
        {
            Ratio = section.Number("Ratio", options.Ratio, 0, 1),
            MinPerSecond = section.Integer("MinPerSecond", options.MinPerSecond, 0, RetryBudget.MostPerSecond),
        };
        section.RejectUnknownKeys();
        return enabled ? options : null;
    }

    private static HedgingOptions Hedging(ConfigurationReader? reader, HedgingOptions from) => Done(reader, section => from with
    {
        Enabled = section.Boolean("Enabled", from.Enabled),
        DelayPercentile = section.Number("DelayPercentile", from.DelayPercentile, 0, 1),
        MinDelay = section.Duration("MinDelay", from.MinDelay, TimeSpan.Zero, Day),
        MaxHedgedAttempts = section.Integer("MaxHedgedAttempts", from.MaxHedgedAttempts, 1, 10),
        Delay = section.OptionalDuration("Delay", from.Delay, Day),
    }) ?? from;

    private static CircuitBreakerOptions Breaker(ConfigurationReader? reader, CircuitBreakerOptions from) => Done(reader, section => from with
    {
        FailureRatio = section.OptionalNumber("FailureRatio", from.FailureRatio, 0, 1),
        MinimumThroughput = section.Integer("MinimumThroughput", from.MinimumThroughput, 1, 1_000_000),
        SamplingDuration = section.Duration("SamplingDuration", from.SamplingDuration, TimeSpan.Zero, Day),
        ConsecutiveFailures = section.Integer("ConsecutiveFailures", from.ConsecutiveFailures, 0, 1_000_000),
        SlowCallDuration = section.OptionalDuration("SlowCallDuration", from.SlowCallDuration, Day),
        SlowCallRatio = section.Number("SlowCallRatio", from.SlowCallRatio, 0, 1),
        BreakDuration = section.Duration("BreakDuration", from.BreakDuration, TimeSpan.Zero, Day),
        MaxBreakDuration = section.Duration("MaxBreakDuration", from.MaxBreakDuration, TimeSpan.Zero, Day),
        HalfOpen = Done(section.Section("HalfOpen"), half => new HalfOpenOptions
        {
            Trials = half.Integer("Trials", from.HalfOpen.Trials, 1, 100),
            Timeout = half.Duration("Timeout", from.HalfOpen.Timeout, TimeSpan.Zero, Day),
        }) ?? from.HalfOpen,
        Mode = section.Choice("Mode", from.Mode),
    }) ?? from;

    private static BulkheadOptions Bulkhead(ConfigurationReader? reader, BulkheadOptions from) => Done(reader, section => from with
    {
        Enabled = section.Boolean("Enabled", from.Enabled),
        Mode = section.Choice("Mode", from.Mode),
        PermitLimit = section.Integer("PermitLimit", from.PermitLimit, 1, 100_000),
        MinLimit = section.Integer("MinLimit", from.MinLimit, 1, 100_000),
        MaxLimit = section.Integer("MaxLimit", from.MaxLimit, 1, 100_000),
        QueueLimit = section.Integer("QueueLimit", from.QueueLimit, 0, 100_000),
        MaxQueueWait = section.Duration("MaxQueueWait", from.MaxQueueWait, TimeSpan.Zero, Day),
    }) ?? from;

    private static HttpDependencyOptions Http(ConfigurationReader? reader, HttpDependencyOptions from) => Done(reader, section => from with
    {
        ByAuthority = section.Boolean("ByAuthority", from.ByAuthority),
        RepeatUnsafeMethods = section.Boolean("RepeatUnsafeMethods", from.RepeatUnsafeMethods),
        MaxReplayedBody = section.Integer("MaxReplayedBody", from.MaxReplayedBody, 0, 16 * 1024 * 1024),
        SendDeadline = section.Boolean("SendDeadline", from.SendDeadline),
    }) ?? from;

    private static T? Done<T>(ConfigurationReader? reader, Func<ConfigurationReader, T> read)
        where T : class
    {
        if (reader is null)
        {
            return null;
        }

        var options = read(reader);
        reader.RejectUnknownKeys();
        return options;
    }
}
