using System.Diagnostics;
using Resilience.TestKit;

namespace Resilience.ChaosTests.Mutants;

/// <summary>The payment service, built from a copy of the sources with a defect in it. The repository itself is not touched.</summary>
internal sealed class MutantBuild : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly string[] Copied = ["src", "samples/PaymentService"];

    private readonly string _directory = Directory.CreateTempSubdirectory("resilience-mutant-").FullName;

    public string Program => Path.Combine(_directory, "samples", "PaymentService", "bin", "Release", "net10.0", "publish", "PaymentService.dll");

    public static async Task<MutantBuild> OfAsync(Mutant mutant)
    {
        var build = new MutantBuild();
        try
        {
            build.Copy();
            build.Plant(mutant);
            await build.CompileAsync();
            return build;
        }
        catch
        {
            build.Dispose();
            throw;
        }
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private void Copy()
    {
        var root = ServicePaths.RepositoryRoot;
        foreach (var file in Directory.EnumerateFiles(root).Append(Path.Combine(root, "samples", "Published.targets")).Concat(Copied.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(root, folder), "*", SearchOption.AllDirectories))))
        {
            var name = Path.GetRelativePath(root, file);
            var parts = name.Split(Path.DirectorySeparatorChar);
            if (!parts.Contains("bin") && !parts.Contains("obj"))
            {
                var target = Path.Combine(_directory, name);
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(file, target);
            }
        }
    }

    private void Plant(Mutant mutant)
    {
        var file = Path.Combine(_directory, mutant.File);
        var text = File.ReadAllText(file);

        // A defect that is not there any more would let every experiment pass for the wrong reason.
        Assert.Equal(2, text.Split(mutant.Original).Length);
        File.WriteAllText(file, text.Replace(mutant.Original, mutant.Broken, StringComparison.Ordinal));
    }

    private async Task CompileAsync()
    {
        var start = new ProcessStartInfo("dotnet", ["build", "samples/PaymentService", "-c", "Release", "-v", "quiet", "--nologo", "-p:TreatWarningsAsErrors=false", "-p:UseSharedCompilation=false"])
        {
            WorkingDirectory = _directory,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using var build = Process.Start(start)!;
        var said = await build.StandardOutput.ReadToEndAsync().WaitAsync(Patience, TimeProvider.System);
        await build.WaitForExitAsync().WaitAsync(Patience, TimeProvider.System);
        Assert.True(build.ExitCode == 0, said);
    }
}
