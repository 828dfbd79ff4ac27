namespace Resilience.TestKit;

/// <summary>What HAProxy says about a server.</summary>
/// <param name="Listener">The name of the listener.</param>
/// <param name="Server">The name of the server.</param>
/// <param name="Status">HAProxy's word: "UP", "DOWN", "no check", "UP 1/2" while it is failing.</param>
/// <param name="Check">The result of the last check, for instance "L7OK" or "L4CON"; empty without checks.</param>
/// <param name="Sessions">How many connections or requests it has been given.</param>
public sealed record HaproxyServerState(string Listener, string Server, string Status, string Check, long Sessions)
{
    /// <summary>Whether it is given requests.</summary>
    public bool IsUp => Status.StartsWith("UP", StringComparison.Ordinal) || Status == "no check";
}
