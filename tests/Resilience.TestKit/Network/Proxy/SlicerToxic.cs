namespace Resilience.TestKit;

/// <summary>Bytes arrive in small pieces, so a reader that takes one read for one message fails.</summary>
/// <param name="Size">The most bytes in a piece, at least 1.</param>
/// <param name="Delay">The time between two pieces.</param>
public sealed record SlicerToxic(int Size, TimeSpan Delay = default) : Toxic
{
    internal override void Validate()
    {
        base.Validate();
        ValidateCount(nameof(Size), Size, 1);
        ValidateTime(nameof(Delay), Delay);
    }
}
