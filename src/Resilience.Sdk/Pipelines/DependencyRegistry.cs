using System.Collections.Concurrent;

namespace Resilience.Pipelines;

/// <summary>Makes each dependency once and passes changed options on.</summary>
internal sealed class DependencyRegistry(Func<string, DependencyOptions> options, TimeProvider time, Func<Random> newRandom) : IDependencies
{
    private readonly ConcurrentDictionary<string, Lazy<Dependency>> _dependencies = new(StringComparer.Ordinal);

    IDependency IDependencies.this[string name] => Get(name);

    /// <summary>Those that were asked for.</summary>
    public IEnumerable<Dependency> All => _dependencies.Values.Select(dependency => dependency.Value);

    public Dependency Get(string name) =>
        _dependencies.GetOrAdd(name, key => new Lazy<Dependency>(() => new Dependency(key, options(key), time, newRandom))).Value;

    /// <summary>Reads the options of every dependency anew; only what has changed takes effect.</summary>
    public void Apply()
    {
        foreach (var dependency in All)
        {
            dependency.Apply(options(dependency.Name));
        }
    }
}
