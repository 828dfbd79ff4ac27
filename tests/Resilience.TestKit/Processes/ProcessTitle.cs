using System.Globalization;

namespace Resilience.TestKit.Processes;

internal static class ProcessTitle
{
    /// <summary>The command line, which servers rewrite to tell what each process does; empty when it is gone.</summary>
    public static string Of(ProcessIdentity process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process.Pid.ToString(CultureInfo.InvariantCulture)}/cmdline").Replace('\0', ' ');
        }
        catch (IOException)
        {
            return "";
        }
    }
}
