namespace Resilience.Regions;

/// <summary>The highest term that an earlier run of this process, or another replica, saw. It counts for servers of that cluster alone.</summary>
/// <param name="SystemIdentifier">The cluster.</param>
/// <param name="Term">The highest term seen in it.</param>
/// <param name="Origin">Where it is kept, for the person who has to decide that it counts no more.</param>
internal sealed record RememberedTerm(long SystemIdentifier, WriterTerm Term, string Origin);
