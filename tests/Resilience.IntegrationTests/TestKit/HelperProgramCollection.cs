namespace Resilience.IntegrationTests.TestKit;

[CollectionDefinition(Name)]
public sealed class HelperProgramCollection : ICollectionFixture<HelperProgram>
{
    public const string Name = "helper program";
}
