using Resilience.Internal;

namespace Resilience.DependencyInjection;

/// <summary>The <c>DrResilience</c> section cannot be used. The message lists everything that is wrong, not only the first.</summary>
public sealed class DrResilienceConfigurationException : Exception
{
    internal DrResilienceConfigurationException(IReadOnlyList<ConfigurationError> errors)
        : base($"The configuration has {errors.Count} error{(errors.Count == 1 ? "" : "s")}:{string.Concat(errors.Select(error => $"{Environment.NewLine}  - {error}"))}") =>
        Errors = [.. errors.Select(error => error.ToString())];

    /// <summary>One sentence per error: the full path, the value unless it may be secret, what is allowed, the nearest known name.</summary>
    public IReadOnlyList<string> Errors { get; }
}
