namespace Resilience.Journal;

/// <summary>A record that was found when the journal was opened.</summary>
/// <param name="Content">What was appended.</param>
/// <param name="Segment">The file that holds it, for <see cref="JournalLog.Release"/>.</param>
internal readonly record struct JournalRecord(ReadOnlyMemory<byte> Content, long Segment);
