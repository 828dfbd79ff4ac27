namespace Simulators.Gateway;

/// <summary>How often money was taken under a key.</summary>
internal sealed record ChargeCount(string Key, int Count, string Status);
