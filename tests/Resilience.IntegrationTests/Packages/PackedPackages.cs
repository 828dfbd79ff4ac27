using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using Resilience.TestKit;
using Resilience.TestKit.Processes;

namespace Resilience.IntegrationTests.Packages;

/// <summary>The packages of this checkout, packed once as the README says, from what was built with the tests.</summary>
public sealed class PackedPackages : IAsyncLifetime
{
    /// <summary>Where the README puts them.</summary>
    public const string FolderOfReadme = "artifacts/packages";

#if DEBUG
    private const string Configuration = "Debug";
#else
    private const string Configuration = "Release";
#endif

    /// <summary>One that nobody has: whatever is restored with it are these packages, and not others of the machine.</summary>
    public string Version { get; } = string.Create(CultureInfo.InvariantCulture, $"0.1.{RandomNumberGenerator.GetInt32(1_000_000, int.MaxValue)}");

    /// <summary>The folder that they are in.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("packages-").FullName;

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        var command = Readme.Command("dotnet pack").Replace(FolderOfReadme, Folder, StringComparison.Ordinal);
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["MSBUILDDISABLENODEREUSE"] = "1", ["UseSharedCompilation"] = "false" };
        var packed = await Command.RunAsync(
            ["bash", "-c", $"{command} --no-build --configuration {Configuration} -p:Version={Version} --nologo"], ServicePaths.RepositoryRoot, environment, patience.Token);
        packed.EnsureSuccess();
        Assert.DoesNotContain("warning", packed.Output, StringComparison.OrdinalIgnoreCase);
    }

    /// <inheritdoc/>
    public Task DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        return Task.CompletedTask;
    }

    /// <summary>A package by its name, or its symbols.</summary>
    internal ZipArchive Open(string name, string extension = "nupkg") => ZipFile.OpenRead(Find(name, extension));

    /// <summary>The file of a package by its name.</summary>
    internal string Find(string name, string extension = "nupkg") => Path.Combine(Folder, $"{name}.{Version}.{extension}");
}
