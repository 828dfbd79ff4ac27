using System.IO.Compression;
using System.Security.Cryptography;
using Resilience.TestKit;
using Resilience.TestKit.Processes;

namespace Resilience.IntegrationTests.Packages;

/// <summary>Whoever has the sources can make the packages and see that they are the published ones.</summary>
[Collection(AloneCollection.Name)]
[Trait(Nightly.Trait, Nightly.Value)]
public sealed class PackageDeterminismTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("determinism-").FullName;

    [Fact]
    public async Task Pack_InTwoFolders_IsTheSameBytes()
    {
        var here = await PackAsync("here");
        var there = await PackAsync(Path.Combine("there", "and", "deeper"));

        Assert.Contains(here.Keys, file => file.EndsWith("Resilience.Sdk.dll", StringComparison.Ordinal));
        Assert.Contains(here.Keys, file => file.EndsWith("Resilience.AspNetCore.pdb", StringComparison.Ordinal));
        Assert.Equal(here.Keys.Order(StringComparer.Ordinal), there.Keys.Order(StringComparer.Ordinal));
        Assert.Empty(here.Where(file => there[file.Key] != file.Value).Select(file => file.Key));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    /// <returns>The hash of every file in every package, but for the wrapping, whose names are made up each time.</returns>
    private async Task<Dictionary<string, string>> PackAsync(string name)
    {
        var folder = Path.Combine(_root, name);
        Copy(ServicePaths.RepositoryRoot, folder);
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["MSBUILDDISABLENODEREUSE"] = "1",
            ["UseSharedCompilation"] = "false",

            // As somebody has it who has the sources alone: a continuous build wants to know the commit.
            ["CI"] = null,
        };
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        (await Command.RunAsync(["dotnet", "pack", "src/Packages.slnf", "-o", "packed", "--nologo"], folder, environment, patience.Token)).EnsureSuccess();

        var hashes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var package in Directory.EnumerateFiles(Path.Combine(folder, "packed")))
        {
            await using var archive = await ZipFile.OpenReadAsync(package, patience.Token);
            foreach (var entry in archive.Entries.Where(entry => !entry.FullName.StartsWith("package/", StringComparison.Ordinal) && !entry.FullName.StartsWith("_rels/", StringComparison.Ordinal)))
            {
                await using var content = await entry.OpenAsync(patience.Token);
                hashes[$"{Path.GetFileName(package)}/{entry.FullName}"] = Convert.ToHexString(await SHA256.HashDataAsync(content, patience.Token));
            }
        }

        return hashes;
    }

    /// <summary>The sources, without what was built from them.</summary>
    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from).Where(file => Path.GetExtension(file) is ".props" or ".sln" or ".json" or ".txt" || Path.GetFileName(file) == ".editorconfig"))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }

        foreach (var part in new[] { "src", "templates" })
        {
            var files = Directory.EnumerateFiles(Path.Combine(from, part), "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(from, file));
            foreach (var file in files.Where(file => !file.Split('/').Any(folder => folder is "bin" or "obj")))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(to, file))!);
                File.Copy(Path.Combine(from, file), Path.Combine(to, file));
            }
        }
    }
}
