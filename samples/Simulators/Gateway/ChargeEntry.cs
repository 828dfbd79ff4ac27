namespace Simulators.Gateway;

/// <summary>One line of the book: what was decided for a key, and when in the order of all decisions.</summary>
internal sealed record ChargeEntry(long Sequence, string Key, string Id, string Status, ChargeRequest Request);
