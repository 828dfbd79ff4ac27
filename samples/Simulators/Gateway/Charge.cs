namespace Simulators.Gateway;

/// <summary>What the gateway answers.</summary>
internal sealed record Charge(string Id, string Status)
{
    public const string Captured = "captured";
    public const string Declined = "declined";
}
