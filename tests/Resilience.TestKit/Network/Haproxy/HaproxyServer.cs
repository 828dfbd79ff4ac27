namespace Resilience.TestKit;

/// <summary>A server behind a listener of HAProxy.</summary>
/// <param name="Name">Its name in the state and in the log; letters, digits, '-', '_' and '.'.</param>
/// <param name="Host">Its IP address.</param>
/// <param name="Port">Its port.</param>
public sealed record HaproxyServer(string Name, string Host, int Port);
