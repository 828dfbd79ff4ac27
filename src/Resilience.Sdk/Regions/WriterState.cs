namespace Resilience.Regions;

/// <summary>The region that may be written to.</summary>
/// <param name="Region">Its name.</param>
/// <param name="Term">Its term at the last verification.</param>
/// <param name="Generation">Raised by one at each election; calls carry it, so that old errors are recognised.</param>
/// <param name="VerifiedAt">When the last probe that proved it was sent.</param>
internal sealed record WriterState(string Region, WriterTerm Term, long Generation, TimeSpan VerifiedAt);
