using Resilience.Degradation.Fallbacks;
using Resilience.Degradation.Plan;
using Resilience.Queueing;

namespace Resilience.Degradation;

/// <summary>What the application added in code. Fixed once it is built.</summary>
internal sealed class DegradationRegistry
{
    /// <summary>Their names, for the configuration.</summary>
    public DegradationCatalog Catalog { get; } = new();

    public Dictionary<string, IFallback> Fallbacks { get; } = new(StringComparer.Ordinal);

    /// <summary>Makes the queue of a service, an <see cref="IRequestQueue{TRequest}"/> of its request's type.</summary>
    public Dictionary<string, Func<IServiceProvider, object>> Queues { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, Func<IServiceProvider, EpisodeNotice, CancellationToken, ValueTask>> Actions { get; } = new(StringComparer.Ordinal);

    /// <exception cref="ArgumentException">There is one of that name, or its options cannot be used.</exception>
    public void Add(IFallback fallback)
    {
        Check(fallback.Name, fallback.Options);
        if (!Fallbacks.TryAdd(fallback.Name, fallback))
        {
            throw new ArgumentException($"There is a fallback '{fallback.Name}' already. Give each a name of its own.", nameof(fallback));
        }

        Catalog.Fallbacks.Add(fallback.Name);
    }

    /// <exception cref="ArgumentException">There is one of that name, or the name is one of the SDK's.</exception>
    public void Add(string name, Func<IServiceProvider, EpisodeNotice, CancellationToken, ValueTask> action)
    {
        if (DegradationPlanReader.BuiltIn.Contains(name, StringComparer.Ordinal) || !Actions.TryAdd(name, action))
        {
            throw new ArgumentException($"There is an action '{name}' already. Give each a name of its own.", nameof(name));
        }

        Catalog.Actions.Add(name);
    }

    private static void Check(string name, FallbackOptions options)
    {
        if (options.Timeout <= TimeSpan.Zero || options.Timeout > TimeSpan.FromDays(1))
        {
            throw new ArgumentException($"Timeout of the fallback '{name}' is '{options.Timeout:c}'. Allowed is more than zero, up to a day.", nameof(options));
        }

        if (options.PermitLimit < 1)
        {
            throw new ArgumentException($"PermitLimit of the fallback '{name}' is {options.PermitLimit}. Allowed is 1 and more.", nameof(options));
        }

        if (options.Exercise is not (>= 0 and <= 1))
        {
            throw new ArgumentException($"Exercise of the fallback '{name}' is {options.Exercise}. Allowed is a share from 0 to 1.", nameof(options));
        }

        if (options.MaxStaleness < TimeSpan.Zero)
        {
            throw new ArgumentException($"MaxStaleness of the fallback '{name}' is '{options.MaxStaleness:c}'. Allowed is zero and more, or null for any age.", nameof(options));
        }
    }
}
