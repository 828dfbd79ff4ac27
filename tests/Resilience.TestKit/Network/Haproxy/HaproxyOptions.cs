namespace Resilience.TestKit;

/// <summary>What an HAProxy does: balance the requests of a service, or stand beside a service between it and what it needs.</summary>
public sealed record HaproxyOptions
{
    /// <summary>Where it listens; at least one.</summary>
    public required IReadOnlyList<HaproxyListener> Listeners { get; init; }

    /// <summary>The name in messages.</summary>
    /// <value>Default "haproxy".</value>
    public string Name { get; init; } = "haproxy";

    /// <summary>One port before the instances of a service; those that are not ready get no requests.</summary>
    /// <param name="servers">The instances.</param>
    /// <param name="checkPath">The path of readiness.</param>
    /// <returns>The options, to be changed with <c>with</c>.</returns>
    public static HaproxyOptions Balancer(IReadOnlyList<HaproxyServer> servers, string checkPath = "/health/ready") =>
        new() { Name = "balancer", Listeners = [new() { Name = "service", Servers = servers, CheckPath = checkPath }] };

    /// <summary>One port per dependency of a service, with neither checks nor repeated requests: the service has its own.</summary>
    /// <param name="dependencies">What each port leads to; the listener has the name of its server.</param>
    /// <returns>The options, to be changed with <c>with</c>.</returns>
    /// <remarks>Bytes are passed on as they are, so databases may be among them.</remarks>
    public static HaproxyOptions Sidecar(params IReadOnlyList<HaproxyServer> dependencies) =>
        new() { Name = "sidecar", Listeners = [.. dependencies.Select(d => new HaproxyListener { Name = d.Name, Servers = [d], Http = false, Retries = false })] };
}
