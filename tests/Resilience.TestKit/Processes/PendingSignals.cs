using System.Globalization;

namespace Resilience.TestKit.Processes;

internal static class PendingSignals
{
    /// <summary>Whether the signal was sent and waits for the stopped process to continue.</summary>
    public static bool Includes(ProcessIdentity process, Signal signal)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process.Pid.ToString(CultureInfo.InvariantCulture)}/status")
                .First(l => l.StartsWith("ShdPnd:", StringComparison.Ordinal));
            var mask = ulong.Parse(line.AsSpan("ShdPnd:".Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            return (mask >> ((int)signal - 1) & 1) == 1;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
