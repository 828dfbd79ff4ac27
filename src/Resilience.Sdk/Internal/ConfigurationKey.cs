namespace Resilience.Internal;

/// <summary>How a key is read.</summary>
/// <param name="Kind">What it holds.</param>
internal sealed record ConfigurationKey(ConfigurationKeyKind Kind)
{
    /// <summary>The value when the key is absent; null when there is none then.</summary>
    public object? Default { get; init; }

    /// <summary>The least value.</summary>
    public object? Min { get; init; }

    /// <summary>The greatest value.</summary>
    public object? Max { get; init; }

    /// <summary>The names of a <see cref="ConfigurationKeyKind.Choice"/>.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>Whether "off" is a value, too.</summary>
    public bool CanBeOff { get; init; }

    /// <summary>Whether the key must be there.</summary>
    public bool IsRequired { get; init; }
}
