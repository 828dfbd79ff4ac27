namespace Resilience.ChaosTests;

/// <summary>The trait of tests that take minutes: <c>./test --all</c> runs them, <c>./test</c> says that it leaves them out.</summary>
internal static class Nightly
{
    public const string Trait = "Run";
    public const string Value = "Nightly";
}
