using System.Collections.Concurrent;

namespace Resilience.Pipelines.Http;

/// <summary>Finds the dependency of a request by its address. Each host is looked up once until the patterns change.</summary>
internal sealed class HostRouter(DependencyRegistry dependencies, Func<HostRoutes> routes)
{
    /// <summary>A client that calls this many hosts is a crawler; further ones are looked up each time.</summary>
    public const int MostHosts = 1000;

    private Found _found = new(HostRoutes.None);

    /// <summary>Null when the request belongs to none.</summary>
    public Dependency? Find(Uri? address)
    {
        var current = routes();
        if (ReferenceEquals(current, HostRoutes.None) || address is not { IsAbsoluteUri: true })
        {
            return null;
        }

        var found = Volatile.Read(ref _found);
        if (!ReferenceEquals(found.Routes, current))
        {
            // Two threads may do this at once; either is good.
            found = new Found(current);
            Volatile.Write(ref _found, found);
        }

        var key = (Host: HostPattern.Canonical(address), address.Port);
        if (found.ByHost.TryGetValue(key, out var dependency))
        {
            return dependency;
        }

        dependency = current.Find(key.Host, key.Port) is { } name ? dependencies.Get(name) : null;
        if (found.ByHost.Count < MostHosts)
        {
            found.ByHost.TryAdd(key, dependency);
        }

        return dependency;
    }

    /// <summary>How many hosts are kept.</summary>
    internal int KnownHosts => Volatile.Read(ref _found).ByHost.Count;

    private sealed record Found(HostRoutes Routes)
    {
        public ConcurrentDictionary<(string Host, int Port), Dependency?> ByHost { get; } = new();
    }
}
