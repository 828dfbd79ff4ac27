namespace Simulators.Faults;

/// <summary>The body of <c>PUT /faults/{service}</c>. What is left out is off.</summary>
internal sealed record FaultRequest
{
    public double? LatencyMs { get; init; }

    public double? JitterMs { get; init; }

    public double? FailureRate { get; init; }

    public int? Status { get; init; }

    public bool? Hang { get; init; }

    public bool? Down { get; init; }

    public string? When { get; init; }
}
