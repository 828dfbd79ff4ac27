using System.Runtime.InteropServices;

namespace GameDay.Terminal;

/// <summary>Requests by outcome.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RequestRates(int Succeeded, int Degraded, int Failed);
