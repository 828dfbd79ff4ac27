using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using Resilience.TestKit;

namespace GameDay.Reporting;

/// <summary>Who ran it, with what, on what.</summary>
/// <param name="RunBy">The account of the operating system.</param>
/// <param name="RunnerVersion">With the commit, when the build knew it.</param>
/// <param name="ServiceVersion">Null when the service is not built here.</param>
internal sealed record RunEnvironment(
    string RunBy, string Host, int Cores, string OperatingSystem, string Runtime, string RunnerVersion, string? ServiceVersion)
{
    public static RunEnvironment Current() => new(
        Environment.UserName,
        Environment.MachineName,
        Environment.ProcessorCount,
        RuntimeInformation.OSDescription,
        RuntimeInformation.FrameworkDescription,
        typeof(RunEnvironment).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown",
        VersionOf("PaymentService"));

    private static string? VersionOf(string sample)
    {
        try
        {
            return FileVersionInfo.GetVersionInfo(ServicePaths.For(sample)).ProductVersion;
        }
        catch (Exception e) when (e is FileNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}
