namespace Resilience.ChaosTests.Mutants;

/// <summary>A defect that is planted in a copy of the sources, and the experiment that must find it.</summary>
/// <param name="Name">What is broken.</param>
/// <param name="File">Where, from the root of the repository.</param>
/// <param name="Original">The text that is there once.</param>
/// <param name="Broken">What it becomes.</param>
/// <param name="Experiment">What must fail.</param>
/// <param name="Finding">A part of the reason that its report must give.</param>
public sealed record Mutant(string Name, string File, string Original, string Broken, string Experiment, string Finding)
{
    public static IReadOnlyList<Mutant> All { get; } =
    [
        new(
            "ledger off",
            "samples/PaymentService/Payments/PaymentProcessor.cs",
            "return await ledger.SettleAsync(payment, PaymentStatus.Captured, answer.ChargeId, cancellationToken);",
            "return payment with { Status = PaymentStatus.Captured, Region = \"us-east-1\" };",
            "region-failover",
            "every acknowledged payment is in the ledger"),
        new(
            "fence off",
            "src/Resilience.Sdk/Regions/ServerReport.cs",
            "!(highest.Timeline > 0 && Timeline > highest.Timeline) && (Epoch is null ? Timeline < highest.Timeline : Term < highest);",
            "highest.Timeline < 0;",
            "split-brain",
            "nothing was committed on a former writer"),
        new(
            "journal not synced",
            "src/Resilience.Sdk/Journal/JournalDisk.cs",
            "public void Sync() => RandomAccess.FlushToDisk(file);",
            "public void Sync() => GC.KeepAlive(file);",
            "power-loss",
            "every queued payment came to an end"),
        new(
            "charge repeated without its key",
            "samples/PaymentService/Gateway/GatewayClient.cs",
            "TryAddWithoutValidation(\"Idempotency-Key\", idempotencyKey);",
            "TryAddWithoutValidation(\"Idempotency-Key\", idempotencyKey + Guid.NewGuid());",
            "gateway-brownout",
            "nothing was charged that nobody asked for"),
    ];

    public override string ToString() => Name;
}
