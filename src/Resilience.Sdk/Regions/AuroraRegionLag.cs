namespace Resilience.Regions;

/// <summary>How far one cluster of a global database is behind the writing one.</summary>
/// <param name="AwsRegion">The AWS region of the cluster.</param>
/// <param name="Rpo">How far its last commit is behind the writer's last; null for the writing cluster.</param>
/// <param name="Durability">How far its storage is behind; null for the writing cluster.</param>
internal readonly record struct AuroraRegionLag(string AwsRegion, TimeSpan? Rpo, TimeSpan? Durability);
