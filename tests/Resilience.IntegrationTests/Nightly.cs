namespace Resilience.IntegrationTests;

/// <summary>
/// The trait of tests that take long: <c>./test --all</c> runs them, <c>./test</c> says that it leaves them out. They measure or repeat
/// what a shorter test shows once, or need the machine for themselves for a minute.
/// </summary>
internal static class Nightly
{
    public const string Trait = "Run";
    public const string Value = "Nightly";
}
