namespace Resilience.TestKit;

/// <summary>The end of a connection is passed on later; what was sent before it is not delayed.</summary>
/// <param name="Delay">How much later.</param>
public sealed record SlowCloseToxic(TimeSpan Delay) : Toxic
{
    internal override void Validate()
    {
        base.Validate();
        ValidateTime(nameof(Delay), Delay);
    }
}
