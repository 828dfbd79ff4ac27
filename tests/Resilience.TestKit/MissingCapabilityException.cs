namespace Resilience.TestKit;

/// <summary>This machine lacks something that the kit needs; the message says in one line what to install or permit.</summary>
/// <param name="message">What is missing, and the way out.</param>
public sealed class MissingCapabilityException(string message) : Exception(message);
