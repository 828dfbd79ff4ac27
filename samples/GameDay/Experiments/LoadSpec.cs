using GameDay.History;

namespace GameDay.Experiments;

/// <summary>What the clients of an experiment do. Options of the command line win.</summary>
internal sealed record LoadSpec
{
    /// <summary>Requests per second; null is the standard.</summary>
    public double? Rate { get; init; }

    /// <summary>How often a client repeats a request that failed, under the same key.</summary>
    public int Retries { get; init; }

    /// <summary>Weights of the kinds of requests; empty is payments and reads of payments.</summary>
    public IReadOnlyDictionary<OperationKind, double> Mix { get; init; } = new Dictionary<OperationKind, double>();
}
