using System.Runtime.InteropServices;
using GameDay.Experiments;
using Resilience.TestKit;

namespace GameDay.CommandLine;

/// <summary>
/// Runs this program in a network and mount namespace of its own where an experiment needs one. Whatever an experiment cuts or mounts
/// there is gone with the last process in it, however that ends.
/// </summary>
internal static partial class OwnNamespace
{
    private const string Tried = "RESILIENCE_GAMEDAY_NAMESPACE";

    /// <summary>Replaces this process by the same in a namespace; returns when that is not needed or not possible.</summary>
    public static void EnterIfNeeded(IReadOnlyList<Experiment> experiments, IReadOnlyList<string> arguments)
    {
        if (!experiments.Any(experiment => experiment.Deployment.NeedsNamespace)
            || PrivateNetwork.Missing is null
            || !OperatingSystem.IsLinux()
            || Environment.GetEnvironmentVariable(Tried) is not null)
        {
            return;
        }

        var script = Path.Combine(ServicePaths.RepositoryRoot, "scripts", "in-private-network.sh");
        string?[] command =
        [
            script, "env", $"{Tried}=1", Environment.ProcessPath!, .. Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(OwnNamespace).Assembly.Location] : Array.Empty<string>(),
            .. arguments, null,
        ];

        // Not a child: signals then reach the program itself, and nothing has to be passed on. It returns only when it failed.
        _ = Execute(script, command);
    }

    [LibraryImport("libc", EntryPoint = "execv", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int Execute(string path, string?[] arguments);
}
