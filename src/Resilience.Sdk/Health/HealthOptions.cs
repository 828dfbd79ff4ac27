using System.Collections.Immutable;
using Resilience.Health.Watchdog;

namespace Resilience.Health;

/// <summary>What the process tells about itself, and how it leaves (<c>DrResilience:Health</c>).</summary>
public sealed record HealthOptions
{
    /// <summary>The port of the management listener, which has a thread of its own and shows details without authorisation: keep it off the public network.</summary>
    /// <value>Off by default; 1 to 65535.</value>
    public int? ManagementPort { get; init; }

    /// <summary>
    /// How long the process goes on serving after SIGTERM while readiness says no, so that load balancers and proxies learn of
    /// it before connections are refused. Other ways of stopping do not wait.
    /// </summary>
    /// <value>10 seconds by default; zero to 10 minutes.</value>
    public TimeSpan DrainDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The time that requests in flight get after <see cref="DrainDelay"/>. The host's <c>ShutdownTimeout</c> must cover both.</summary>
    /// <value>15 seconds by default; zero to 1 hour.</value>
    public TimeSpan LongestRequest { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Whether readiness goes on saying yes while draining. Kubernetes removes a terminating pod from the service by itself,
    /// and where no other pod is ready it falls back to terminating ones that still are.
    /// </summary>
    /// <value>False by default.</value>
    public bool KeepServing { get; init; }

    /// <summary>The pod's <c>terminationGracePeriodSeconds</c> less its preStop hook. When given, the start fails if it is too short for the drain.</summary>
    /// <value>Not given by default.</value>
    public TimeSpan? TerminationGracePeriod { get; init; }

    /// <summary>When the process itself is not well.</summary>
    public WatchdogOptions Watchdog { get; init; } = new();

    /// <summary>How health checks that the application registered are run, by their names; those not named here are run as <c>Defaults:Probe</c> says.</summary>
    public ImmutableDictionary<string, ProbeOptions> Checks { get; init; } = ImmutableDictionary<string, ProbeOptions>.Empty;

    /// <summary>
    /// Other replicas, as a name that resolves to all of them (a headless service) with their management port. When fewer than
    /// half of them are ready, a dependency that is down does not fail this one's readiness.
    /// </summary>
    /// <value>Not given by default: replicas know nothing of each other.</value>
    public string? Fleet { get; init; }
}
