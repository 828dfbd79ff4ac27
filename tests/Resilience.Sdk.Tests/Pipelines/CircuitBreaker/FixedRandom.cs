namespace Resilience.Sdk.Tests.Pipelines.CircuitBreaker;

/// <summary>Always draws the same number; one half makes every break exactly as long as configured.</summary>
internal sealed class FixedRandom(double value = 0.5) : Random(0)
{
    public override double NextDouble() => value;

    protected override double Sample() => value;
}
