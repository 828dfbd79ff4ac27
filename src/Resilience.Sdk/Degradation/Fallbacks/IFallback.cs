namespace Resilience.Degradation.Fallbacks;

/// <summary>A named fallback, whatever its types.</summary>
internal interface IFallback
{
    string Name { get; }

    FallbackOptions Options { get; }
}
