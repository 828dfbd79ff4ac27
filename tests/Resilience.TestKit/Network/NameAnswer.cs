using System.Net;

namespace Resilience.TestKit;

/// <summary>What a <see cref="NameServer"/> says when it is asked for a name.</summary>
public sealed record NameAnswer
{
    private NameAnswer()
    {
    }

    /// <summary>The name does not exist (NXDOMAIN).</summary>
    public static NameAnswer NoSuchName { get; } = new() { Code = 3 };

    /// <summary>The server could not find out (SERVFAIL).</summary>
    public static NameAnswer ServerFailure { get; } = new() { Code = 2 };

    /// <summary>Nothing is said; whoever asks waits for its own time-out.</summary>
    public static NameAnswer Silence { get; } = new() { IsSilent = true };

    /// <summary>How long the answer is held back.</summary>
    /// <value>Default zero.</value>
    public TimeSpan Delay { get; init; }

    internal int Code { get; private init; }

    internal bool IsSilent { get; private init; }

    internal IPAddress? Host { get; private init; }

    /// <summary>The name has one IPv4 address.</summary>
    /// <param name="address">The address, right or wrong.</param>
    /// <returns>The answer.</returns>
    public static NameAnswer Address(string address) => new() { Host = IPAddress.Parse(address) };
}
