namespace Resilience.Regions;

/// <summary>Whether writes should go back now.</summary>
/// <param name="From">The region that they should leave; null while they should not.</param>
/// <param name="Why">What is waited for, in words.</param>
internal readonly record struct FailbackVerdict(string? From, string Why)
{
    public bool IsDue => From is not null;
}
