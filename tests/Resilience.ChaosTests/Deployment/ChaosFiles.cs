using Resilience.TestKit;

namespace Resilience.ChaosTests.Deployment;

/// <summary>The files of deploy/chaos, and those that they are held against.</summary>
internal static class ChaosFiles
{
    /// <summary>What belongs to a tool and is no experiment.</summary>
    public static readonly IReadOnlyList<string> Auxiliary = ["litmus/access.yaml", "aws-fis/customer-error-rate-alarm.json", "istio/traffic-policy.yaml", "istio/run.sh"];

    private static readonly string Root = Path.Combine(ServicePaths.RepositoryRoot, "deploy", "chaos");

    /// <summary>Every file but the page, by its path below deploy/chaos.</summary>
    public static IReadOnlyList<string> All { get; } =
        [.. Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/')).Where(path => path != "README.md").Order(StringComparer.Ordinal)];

    /// <summary>Those with fields.</summary>
    public static IEnumerable<string> Documents => All.Where(path => !path.EndsWith(".sh", StringComparison.Ordinal));

    public static IEnumerable<string> Experiments => All.Except(Auxiliary);

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    /// <summary>A file of the repository.</summary>
    public static string ReadRepository(params string[] path) => File.ReadAllText(Path.Combine([ServicePaths.RepositoryRoot, .. path]));
}
