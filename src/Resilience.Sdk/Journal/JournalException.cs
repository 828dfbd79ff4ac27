namespace Resilience.Journal;

/// <summary>A record could not be made durable. It counts as not written, though it may be found after a crash.</summary>
internal sealed class JournalException(string message, Exception? inner = null) : IOException(message, inner);
