namespace Resilience.ChaosTests;

/// <summary>Chaos tests measure time on a machine that they load fully, so each has it for itself.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ChaosCollection
{
    public const string Name = "chaos";
}
