using Resilience.Internal;
using Resilience.Pipelines.Bulkhead;
using Resilience.Pipelines.Chaos;
using Resilience.Pipelines.CircuitBreaker;
using Resilience.Pipelines.Hedging;
using Resilience.Pipelines.Http;
using Resilience.Pipelines.Retry;
using Resilience.Pipelines.Timeouts;
using BreakerLimits = Resilience.Pipelines.CircuitBreaker.CircuitBreakerOptionsValidator;

namespace Resilience.Pipelines;

/// <summary>Reads how a dependency is called. Whatever a section does not say, it takes from the options it inherits.</summary>
internal static class DependencyOptionsReader
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <param name="reader">The dependency's section, or that of the defaults.</param>
    /// <param name="inherited">The options to start from.</param>
    /// <param name="refusesChaos">Whether switching <c>Chaos</c> on is an error here.</param>
    public static DependencyOptions Read(ConfigurationReader reader, DependencyOptions inherited, bool refusesChaos)
    {
        var given = reader.Choice<DependencyPreset>("Preset") is { } preset ? DependencyPresets.Of(preset) : inherited;
        var options = new DependencyOptions
        {
            TotalRequestTimeout = Timeout(reader.Section("TotalRequestTimeout"), given.TotalRequestTimeout),
            Retry = Retry(reader.Section("Retry"), given.Retry),
            Hedging = Hedging(reader.Section("Hedging"), given.Hedging),
            CircuitBreaker = Breaker(reader.Section("CircuitBreaker"), given.CircuitBreaker),
            Bulkhead = Bulkhead(reader.Section("Bulkhead"), given.Bulkhead),
            AttemptTimeout = Timeout(reader.Section("AttemptTimeout"), given.AttemptTimeout),
            Http = Http(reader.Section("Http"), given.Http),
            Chaos = Chaos(reader.Section("Chaos"), given.Chaos, refusesChaos),
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

    private static TimeoutOptions Timeout(ConfigurationReader? reader, TimeoutOptions given) => Done(reader, section => new TimeoutOptions
    {
        Enabled = section.Boolean("Enabled", given.Enabled),
        Timeout = section.Duration("Timeout", given.Timeout, TimeoutOptionsValidator.Shortest, TimeoutOptionsValidator.Longest, TimeoutOptionsValidator.WayOut),
    }) ?? given;

    private static RetryOptions Retry(ConfigurationReader? reader, RetryOptions given) => Done(reader, section => given with
    {
        Enabled = section.Boolean("Enabled", given.Enabled),
        MaxRetryAttempts = section.Integer("MaxRetryAttempts", given.MaxRetryAttempts, 0, RetryOptionsValidator.MostAttempts),
        Delay = section.Duration("Delay", given.Delay, TimeSpan.Zero, Backoff.Longest),
        MaxDelay = section.OptionalDuration("MaxDelay", given.MaxDelay, RetryOptionsValidator.ShortestMaxDelay, Backoff.Longest),
        BackoffType = section.Choice("BackoffType", given.BackoffType),
        UseJitter = section.Boolean("UseJitter", given.UseJitter),
        Jitter = section.Choice("Jitter", given.Jitter),
        ShouldRetryAfterHeader = section.Boolean("ShouldRetryAfterHeader", given.ShouldRetryAfterHeader),
        Budget = Budget(section, given.Budget),
    }) ?? given;

    private static RetryBudgetOptions? Budget(ConfigurationReader retry, RetryBudgetOptions? given)
    {
        if (retry.Section("Budget") is not { } section)
        {
            return given;
        }

        var enabled = section.Boolean("Enabled", given is not null);
        var options = given ?? new RetryBudgetOptions();
        options = options with
        {
            Ratio = section.Number("Ratio", options.Ratio, 0, 1),
            MinPerSecond = section.Integer("MinPerSecond", options.MinPerSecond, 0, RetryBudget.MostPerSecond),
        };
        section.RejectUnknownKeys();
        return enabled ? options : null;
    }

    private static HedgingOptions Hedging(ConfigurationReader? reader, HedgingOptions given) => Done(reader, section => given with
    {
        Enabled = section.Boolean("Enabled", given.Enabled),
        DelayPercentile = section.Number("DelayPercentile", given.DelayPercentile, LatencyQuantile.LowestQuantile, LatencyQuantile.HighestQuantile),
        MinDelay = section.Duration("MinDelay", given.MinDelay, TimeSpan.Zero, HedgingOptionsValidator.LongestDelay),
        MaxHedgedAttempts = section.Integer("MaxHedgedAttempts", given.MaxHedgedAttempts, 1, HedgingOptionsValidator.MostAttempts),
        Delay = section.OptionalDuration("Delay", given.Delay, TimeSpan.Zero, HedgingOptionsValidator.LongestDelay, HedgingOptionsValidator.DelayWayOut),
    }) ?? given;

    private static CircuitBreakerOptions Breaker(ConfigurationReader? reader, CircuitBreakerOptions given) => Done(reader, section => given with
    {
        FailureRatio = section.OptionalNumber("FailureRatio", given.FailureRatio, 0, 1),
        MinimumThroughput = section.Integer("MinimumThroughput", given.MinimumThroughput, 1, BreakerLimits.MostCalls),
        SamplingDuration = section.Duration("SamplingDuration", given.SamplingDuration, BreakerLimits.ShortestSampling, BreakerLimits.Hour),
        ConsecutiveFailures = section.Integer("ConsecutiveFailures", given.ConsecutiveFailures, 0, BreakerLimits.MostCalls),
        SlowCallDuration = section.OptionalDuration("SlowCallDuration", given.SlowCallDuration, BreakerLimits.ShortestSlowCall, BreakerLimits.Hour),
        SlowCallRatio = section.Number("SlowCallRatio", given.SlowCallRatio, 0, 1),
        BreakDuration = section.Duration("BreakDuration", given.BreakDuration, BreakerLimits.ShortestBreak, BreakerLimits.Hour),
        MaxBreakDuration = section.Duration("MaxBreakDuration", given.MaxBreakDuration, BreakerLimits.ShortestBreak, BreakerLimits.Day),
        HalfOpen = Done(section.Section("HalfOpen"), half => new HalfOpenOptions
        {
            Trials = half.Integer("Trials", given.HalfOpen.Trials, 1, BreakerLimits.MostTrials),
            Timeout = half.Duration("Timeout", given.HalfOpen.Timeout, BreakerLimits.ShortestTrial, BreakerLimits.LongestTrial),
        }) ?? given.HalfOpen,
        Mode = section.Choice("Mode", given.Mode),
    }) ?? given;

    public static BulkheadOptions Bulkhead(ConfigurationReader? reader, BulkheadOptions given) => Done(reader, section => given with
    {
        Enabled = section.Boolean("Enabled", given.Enabled),
        Mode = section.Choice("Mode", given.Mode),
        Scope = section.Choice("Scope", given.Scope),
        PermitLimit = section.Integer("PermitLimit", given.PermitLimit, 1, BulkheadOptionsValidator.HighestLimit),
        MinLimit = section.Integer("MinLimit", given.MinLimit, 1, BulkheadOptionsValidator.HighestLimit),
        MaxLimit = section.Integer("MaxLimit", given.MaxLimit, 1, BulkheadOptionsValidator.HighestLimit),
        QueueLimit = section.Integer("QueueLimit", given.QueueLimit, 0, BulkheadOptionsValidator.HighestLimit),
        MaxQueueWait = section.Duration("MaxQueueWait", given.MaxQueueWait, TimeSpan.Zero, BulkheadOptionsValidator.LongestWait),
    }) ?? given;

    private static HttpDependencyOptions Http(ConfigurationReader? reader, HttpDependencyOptions given) => Done(reader, section => given with
    {
        Hosts = Hosts(section),
        ByAuthority = section.Boolean("ByAuthority", given.ByAuthority),
        RepeatUnsafeMethods = section.Boolean("RepeatUnsafeMethods", given.RepeatUnsafeMethods),
        MaxReplayedBody = section.Integer("MaxReplayedBody", given.MaxReplayedBody, 0, 16 * 1024 * 1024),
        SendDeadline = section.Boolean("SendDeadline", given.SendDeadline),
    }) ?? given;

    private static List<string> Hosts(ConfigurationReader http)
    {
        var hosts = http.Texts("Hosts");
        foreach (var (key, host) in hosts)
        {
            if (!HostPattern.TryParse(host, out _, out var problem))
            {
                http.Report($"Hosts:{key}", host, problem);
            }
        }

        return [.. hosts.Select(host => host.Value)];
    }

    private static ChaosOptions Chaos(ConfigurationReader? reader, ChaosOptions given, bool refused) => Done(reader, section =>
    {
        var enabled = section.Boolean("Enabled", given.Enabled);
        if (refused && enabled && section.Text("Enabled") is { } text)
        {
            section.Report("Enabled", text, "injects faults, which is refused in the environment Production. Remove it, or set DrResilience:Chaos:AllowInProduction to true.");
        }

        return new ChaosOptions
        {
            Enabled = enabled,
            Latency = Done(section.Section("Latency"), latency => new ChaosLatencyOptions
            {
                InjectionRate = latency.Number("InjectionRate", given.Latency.InjectionRate, 0, 1),
                Latency = latency.Duration("Latency", given.Latency.Latency, TimeSpan.Zero, Day),
            }) ?? given.Latency,
            Fault = Done(section.Section("Fault"), fault => new ChaosFaultOptions
            {
                InjectionRate = fault.Number("InjectionRate", given.Fault.InjectionRate, 0, 1),
            }) ?? given.Fault,
            Outcome = Done(section.Section("Outcome"), outcome => new ChaosOutcomeOptions
            {
                InjectionRate = outcome.Number("InjectionRate", given.Outcome.InjectionRate, 0, 1),
                StatusCode = outcome.Integer("StatusCode", given.Outcome.StatusCode, 200, 599),
            }) ?? given.Outcome,
            Seed = section.Integer("Seed", given.Seed, 0, int.MaxValue),
        };
    }) ?? given;

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
