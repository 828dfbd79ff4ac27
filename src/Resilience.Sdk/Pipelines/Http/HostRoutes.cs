using System.Collections.Frozen;

namespace Resilience.Pipelines.Http;

/// <summary>Whose pattern a host matches. Immutable; a reload makes another.</summary>
internal sealed class HostRoutes
{
    private readonly FrozenDictionary<HostPattern, string> _owners;

    private HostRoutes(FrozenDictionary<HostPattern, string> owners) => _owners = owners;

    public static HostRoutes None { get; } = new(FrozenDictionary<HostPattern, string>.Empty);

    /// <param name="dependencies">Names and options, whose patterns have been checked.</param>
    /// <param name="onTaken">Called for a pattern that another dependency has, too: whose it is, where it stands there, and the other one.</param>
    public static HostRoutes Of(IEnumerable<KeyValuePair<string, DependencyOptions>> dependencies, Action<string, int, string> onTaken)
    {
        var owners = new Dictionary<HostPattern, string>();
        foreach (var (name, options) in dependencies)
        {
            for (var i = 0; i < options.Http.Hosts.Count; i++)
            {
                if (HostPattern.TryParse(options.Http.Hosts[i], out var pattern, out _) && !owners.TryAdd(pattern, name) && owners[pattern] != name)
                {
                    onTaken(name, i, owners[pattern]);
                }
            }
        }

        return owners.Count == 0 ? None : new HostRoutes(owners.ToFrozenDictionary());
    }

    /// <summary>
    /// The dependency whose pattern matches most specifically: host and port, host, the longest domain with the port, the
    /// longest domain. Null when none does.
    /// </summary>
    /// <param name="host">As <see cref="HostPattern.Canonical"/> has it.</param>
    /// <param name="port">The port.</param>
    public string? Find(string host, int port)
    {
        var owner = Owner(host, port, isWildcard: false);
        for (var dot = host.IndexOf('.', StringComparison.Ordinal); owner is null && dot >= 0; dot = host.IndexOf('.', dot + 1))
        {
            owner = Owner(host[(dot + 1)..], port, isWildcard: true);
        }

        return owner;
    }

    private string? Owner(string host, int port, bool isWildcard) =>
        _owners.GetValueOrDefault(new HostPattern(host, port, isWildcard)) ?? _owners.GetValueOrDefault(new HostPattern(host, null, isWildcard));
}
