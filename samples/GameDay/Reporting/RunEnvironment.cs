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
    /// <param name="serviceProgram">The build of the service that was run; null for the one that is built here.</param>
    public static RunEnvironment Of(string? serviceProgram) => new(
        Environment.UserName,
        Environment.MachineName,
        Environment.ProcessorCount,
        RuntimeInformation.OSDescription,
        RuntimeInformation.FrameworkDescription,
        typeof(RunEnvironment).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown",
        VersionOf(serviceProgram));

    private static string? VersionOf(string? program)
    {
        try
        {
            return FileVersionInfo.GetVersionInfo(program ?? ServicePaths.For("PaymentService")).ProductVersion;
        }
        catch (Exception e) when (e is FileNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}
