namespace Resilience.TestKit;

/// <summary>Connections end with a TCP reset: those that are there, and new ones once they are accepted.</summary>
/// <param name="After">How long after the toxic was added, or after the connection was accepted if that was later.</param>
/// <remarks>
/// The direction says who gets the reset: <see cref="ToxicDirection.Downstream"/> the client, <see cref="ToxicDirection.Upstream"/>
/// the server. The other one sees an ordinary end.
/// </remarks>
public sealed record ResetToxic(TimeSpan After = default) : Toxic
{
    internal override void Validate()
    {
        base.Validate();
        ValidateTime(nameof(After), After);
    }
}
