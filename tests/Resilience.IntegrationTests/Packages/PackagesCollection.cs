namespace Resilience.IntegrationTests.Packages;

/// <summary>Tests of the packages, which share them and build with them: after all others, one at a time.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class PackagesCollection : ICollectionFixture<PackedPackages>
{
    public const string Name = "packages";
}
