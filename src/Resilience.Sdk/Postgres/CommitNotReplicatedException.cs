namespace Resilience.Postgres;

/// <summary>The server committed locally but gave up waiting for its synchronous standby.</summary>
internal sealed class CommitNotReplicatedException(string message) : Exception(message);
