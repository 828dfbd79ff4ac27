using System.Xml.Linq;
using Resilience.TestKit.Processes;

namespace Resilience.IntegrationTests.Packages;

/// <summary>
/// Somebody who has the SDK of .NET and the packages, and nothing else of this repository: an empty folder, a home of their own with no
/// package in it. What is not ours may come from the packages that this machine has restored before, so that no network is needed.
/// </summary>
internal sealed class Newcomer : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("newcomer-").FullName;
    private readonly Dictionary<string, string?> _environment;

    public Newcomer()
    {
        Directory.CreateDirectory(Folder);
        Directory.CreateDirectory(Home);
        _environment = new(StringComparer.Ordinal)
        {
            ["HOME"] = Home,
            ["DOTNET_CLI_HOME"] = Home,
            ["NUGET_PACKAGES"] = Path.Combine(Home, "packages"),
            ["NUGET_FALLBACK_PACKAGES"] = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
                ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages"),
            ["NuGetAudit"] = "false",
            ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
            ["DOTNET_CLI_WORKLOAD_UPDATE_NOTIFY_DISABLE"] = "true",
            ["DOTNET_GENERATE_ASPNET_CERTIFICATE"] = "false",
            ["DOTNET_NOLOGO"] = "1",

            // No build server stays behind.
            ["MSBUILDDISABLENODEREUSE"] = "1",
            ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0",
            ["UseSharedCompilation"] = "false",

            // What the test runner tells its own MSBuild is not for another one.
            ["MSBUILD_EXE_PATH"] = null,
            ["MSBuildExtensionsPath"] = null,
            ["MSBuildSDKsPath"] = null,
        };
    }

    /// <summary>Where the newcomer works.</summary>
    public string Folder => Path.Combine(_root, "work");

    private string Home => Path.Combine(_root, "home");

    /// <summary>Runs a line as a shell does.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message has its output.</exception>
    public async Task<string> RunAsync(string command, string directory)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        return (await Command.RunAsync(["bash", "-c", command], directory, _environment, patience.Token)).EnsureSuccess().Output;
    }

    /// <summary>Adds the source of packages as the README says, and leaves no other: there may be no network.</summary>
    public async Task AddSourceAsync(string folder)
    {
        var command = Readme.Command("dotnet nuget add source");
        await RunAsync(command.Replace($"$PWD/{PackedPackages.FolderOfReadme}", folder, StringComparison.Ordinal), Folder);
        var file = Path.Combine(Home, ".nuget", "NuGet", "NuGet.Config");
        var config = XDocument.Load(file);
        var sources = config.Root!.Element("packageSources")!.Elements("add").ToList();
        Assert.Single(sources, source => (string?)source.Attribute("value") == folder);
        sources.Where(source => (string?)source.Attribute("value") != folder).ToList().ForEach(source => source.Remove());
        config.Save(file);
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
