namespace Resilience.TestKit;

/// <summary>No more than this passes, in each direction of each connection; the sender feels it as back-pressure.</summary>
/// <param name="BytesPerSecond">The limit, at least 1; of several the lowest counts.</param>
public sealed record BandwidthToxic(long BytesPerSecond) : Toxic
{
    internal override void Validate()
    {
        base.Validate();
        ValidateCount(nameof(BytesPerSecond), BytesPerSecond, 1);
    }
}
