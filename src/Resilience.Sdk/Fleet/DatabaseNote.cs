namespace Resilience.Fleet;

/// <summary>Where a replica writes.</summary>
/// <param name="Name">The database.</param>
/// <param name="Writer">The region; null while there is none.</param>
/// <param name="Epoch">The highest epoch that it knows.</param>
/// <param name="Phase">The phase of the runbook.</param>
/// <param name="HeldBy">Who holds all switches there; null when nobody does.</param>
internal sealed record DatabaseNote(string Name, string? Writer, long Epoch, string Phase, string? HeldBy);
