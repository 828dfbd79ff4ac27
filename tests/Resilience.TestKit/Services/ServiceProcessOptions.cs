namespace Resilience.TestKit;

/// <summary>How a service is run.</summary>
public sealed record ServiceProcessOptions
{
    /// <summary>The built program, for instance <see cref="ServicePaths.For"/>("PaymentService").</summary>
    public required string Program { get; init; }

    /// <summary>Arguments of the program.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Environment variables on top of those of this process; null removes one.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>(StringComparer.Ordinal);

    /// <summary>The working directory.</summary>
    /// <value>Default null: a new, empty directory that is removed on dispose.</value>
    public string? WorkingDirectory { get; init; }

    /// <summary>The name in messages.</summary>
    /// <value>Default null: the program's file name without extension.</value>
    public string? Name { get; init; }

    /// <summary>The loopback address on which the service listens.</summary>
    /// <value>Default 127.0.0.1; any address of 127.0.0.0/8.</value>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>The port on which the service listens, where something must know it before the service is started.</summary>
    /// <value>Default null: a port that nobody has. One from <see cref="FreePort.Reserve"/> is free.</value>
    public int? Port { get; init; }

    /// <summary>How many of the last lines of output are kept.</summary>
    /// <value>Default 2000.</value>
    public int OutputLines { get; init; } = 2_000;
}
