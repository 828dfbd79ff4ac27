namespace Resilience.TestKit;

/// <summary>Which half of the proxy's connections a toxic is for.</summary>
public enum ToxicDirection
{
    /// <summary>Both halves.</summary>
    Both,

    /// <summary>What clients send to the server.</summary>
    Upstream,

    /// <summary>What the server sends to clients.</summary>
    Downstream,
}
