namespace Resilience.TestKit;

/// <summary>Connections end, in the middle of whatever was being sent, once this many bytes have passed in one direction.</summary>
/// <param name="Bytes">Counted in each connection from when the toxic was added.</param>
public sealed record LimitDataToxic(long Bytes) : Toxic
{
    internal override void Validate()
    {
        base.Validate();
        ValidateCount(nameof(Bytes), Bytes, 0);
    }
}
