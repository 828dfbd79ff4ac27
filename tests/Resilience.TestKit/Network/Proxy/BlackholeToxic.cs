namespace Resilience.TestKit;

/// <summary>What is sent vanishes, its end too; connections stay and nobody is told.</summary>
/// <remarks>When it is removed, a connection that lost bytes is reset, because nobody could go on after the hole; the others go on.</remarks>
public sealed record BlackholeToxic : Toxic;
