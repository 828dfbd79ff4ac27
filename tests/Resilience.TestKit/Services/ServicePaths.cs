namespace Resilience.TestKit;

/// <summary>Where the build put the programs of this repository.</summary>
public static class ServicePaths
{
    private const string Solution = "Resilience.sln";

    /// <summary>The directory that holds Resilience.sln, looked for upwards from the running program.</summary>
    public static string RepositoryRoot
    {
        get
        {
            for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
            {
                if (File.Exists(Path.Combine(directory.FullName, Solution)))
                {
                    return directory.FullName;
                }
            }

            throw new InvalidOperationException($"No {Solution} above '{AppContext.BaseDirectory}'; run from a build inside the repository.");
        }
    }

    /// <summary>The published program of a sample, in the configuration of the running program.</summary>
    /// <param name="sample">The name of the folder and program, for instance "PaymentService".</param>
    /// <returns>The full path of the .dll.</returns>
    /// <exception cref="FileNotFoundException">It has not been built in this configuration.</exception>
    public static string For(string sample)
    {
        var path = Path.Combine(RepositoryRoot, "samples", sample, "bin", Configuration, "net10.0", "publish", sample + ".dll");
        return File.Exists(path)
            ? path
            : throw new FileNotFoundException($"'{path}' is missing; build it with: dotnet build -c {Configuration} samples/{sample}", path);
    }

    private static string Configuration =>
        AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}", StringComparison.OrdinalIgnoreCase)
            ? "Release"
            : "Debug";
}
