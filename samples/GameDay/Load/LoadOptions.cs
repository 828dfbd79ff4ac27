using GameDay.History;

namespace GameDay.Load;

internal sealed record LoadOptions
{
    private static readonly Dictionary<OperationKind, double> PaymentsAndReads = new()
    {
        [OperationKind.Pay] = 80, [OperationKind.ReadPayment] = 12, [OperationKind.ListPayments] = 8,
    };

    /// <summary>Requests per second.</summary>
    public double Rate { get; init; } = 100;

    /// <summary>What a client waits for an answer, in each try.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a client repeats a request that failed, under the same key. None: surviving is the merit of the service.</summary>
    public int Retries { get; init; }

    /// <summary>Decides how long clients wait before they repeat.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Above this, requests wait for their turn; their latency counts from when they were due.</summary>
    public int MaxInFlight { get; init; } = 1_000;

    public int Accounts { get; init; } = 50;

    /// <summary>Weights of the kinds of requests.</summary>
    public IReadOnlyDictionary<OperationKind, double> Mix { get; init; } = PaymentsAndReads;
}
