namespace Resilience.AspNetCore.Operations;

/// <summary>Marks an endpoint of operators, which must not be open to everybody.</summary>
internal sealed class OperationsMetadata
{
    public static OperationsMetadata Instance { get; } = new();
}
