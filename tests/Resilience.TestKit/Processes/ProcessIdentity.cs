using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Resilience.TestKit.Processes;

/// <summary>A process by pid and start time, so that a signal never reaches a later process with the same pid.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ProcessIdentity(int Pid, long StartTicks)
{
    private const int NoSuchProcess = 3;

    public static ProcessIdentity Self { get; } =
        Of(Environment.ProcessId) ?? throw new MissingCapabilityException("The kit needs Linux with /proc mounted.");

    public bool IsAlive => Stat is { HasEnded: false };

    /// <summary>Null once this very process is gone, even if its pid is in use again.</summary>
    public ProcessStat? Stat => ProcessStat.Read(Pid) is { } stat && stat.StartTicks == StartTicks ? stat : null;

    public static ProcessIdentity? Of(int pid) => ProcessStat.Read(pid)?.Identity;

    public static bool TryParse(string text, out ProcessIdentity identity)
    {
        var parts = text.Split('-');
        identity = default;
        if (parts.Length != 2
            || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
            || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks))
        {
            return false;
        }

        identity = new ProcessIdentity(pid, ticks);
        return true;
    }

    /// <returns>False when the process is gone.</returns>
    public bool TrySend(Signal signal)
    {
        if (!IsAlive)
        {
            return false;
        }

        if (NativeMethods.Kill(Pid, (int)signal) == 0)
        {
            return true;
        }

        var error = Marshal.GetLastPInvokeError();
        return error == NoSuchProcess
            ? false
            : throw new Win32Exception(error, $"Signal {signal} to process {this} failed: {Marshal.GetPInvokeErrorMessage(error)}.");
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Pid}-{StartTicks}");
}
