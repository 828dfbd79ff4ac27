using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Resilience.Sdk.Tests.Architecture;

/// <summary>
/// Holds the dependencies between folders that docs/architecture.md lists. The compiler resolves every name in the
/// sources, so a dependency cannot hide behind a relative namespace or a var.
/// </summary>
public sealed class FolderDependencyTests
{
    private static readonly string[] Leaves = ["Diagnostics", "Internal"];

    /// <summary>Folder → the folders it may use besides itself and the leaves. Keep equal to the table in docs/architecture.md.</summary>
    private static readonly Dictionary<string, string[]> Sdk = new(StringComparer.Ordinal)
    {
        ["Diagnostics"] = [],
        ["Internal"] = [],
        ["Regions"] = [],
        ["Pipelines"] = [],
        ["Evidence"] = ["Regions"],
        ["Postgres"] = ["Regions", "Evidence", "Pipelines", "Journal"],
        ["Health"] = ["Regions", "Pipelines", "Postgres"],
        ["Journal"] = [],
        ["Fleet"] = ["Regions", "Postgres"],
        ["Queueing"] = ["Journal", "Postgres"],
        ["Degradation"] = ["Pipelines", "Postgres", "Queueing"],
        ["DependencyInjection"] = ["Regions", "Pipelines", "Evidence", "Postgres", "Health", "Journal", "Queueing", "Degradation", "Fleet"],
    };

    private static readonly Dictionary<string, string[]> AspNetCore = new(StringComparer.Ordinal)
    {
        ["Management"] = [],
        ["Drain"] = [],
        ["Health"] = ["Management", "Drain"],
        ["Middleware"] = ["Drain", "Degradation"],
        ["Degradation"] = [],
        ["Operations"] = ["Health"],
        ["DependencyInjection"] = ["Health", "Middleware", "Management", "Drain", "Degradation", "Operations"],
    };

    private static readonly Dictionary<string, string[]> Redis = new(StringComparer.Ordinal)
    {
        ["Connections"] = [],
        ["Health"] = ["Connections"],
        ["Fallbacks"] = ["Connections"],
        ["Fleet"] = ["Connections"],
        ["DependencyInjection"] = ["Connections", "Health", "Fallbacks", "Fleet"],
    };

    [Fact]
    public void Sdk_FoldersUseOnlyWhatIsListed() => Check("Resilience.Sdk", Sdk, typeof(Resilience.Postgres.RegionalDataSource));

    [Fact]
    public void AspNetCore_FoldersUseOnlyWhatIsListed() =>
        Check("Resilience.AspNetCore", AspNetCore, typeof(Microsoft.AspNetCore.Builder.DrHealthEndpointExtensions));

    [Fact]
    public void Redis_FoldersUseOnlyWhatIsListed() =>
        Check("Resilience.Redis", Redis, typeof(Microsoft.Extensions.DependencyInjection.DrRedisExtensions));

    [Fact]
    public void Documentation_ListsTheSameEdges()
    {
        var page = File.ReadAllText(RepositoryRoot.Combine("docs", "architecture.md"));
        foreach (var (folder, allowed) in Sdk.Concat(Redis).Where(edge => !Leaves.Contains(edge.Key)))
        {
            var row = $"| `{folder}/` | {(allowed.Length == 0 ? "–" : string.Join(", ", allowed.Select(name => $"`{name}/`")))} |";
            Assert.Contains(row, page, StringComparison.Ordinal);
        }
    }

    private static void Check(string project, Dictionary<string, string[]> allowed, Type anyType)
    {
        var root = RepositoryRoot.Combine("src", project);
        var files = Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal));
        var options = new CSharpParseOptions(LanguageVersion.Latest);
        var trees = files.Select(file => CSharpSyntaxTree.ParseText(File.ReadAllText(file), options, file)).ToList();
        trees.Add(CSharpSyntaxTree.ParseText(
            "global using System; global using System.Linq; global using System.Threading; global using System.Threading.Tasks; global using System.Collections.Generic; global using System.IO;", options));
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileNameWithoutExtension(path) != anyType.Assembly.GetName().Name)
            .Select(path => MetadataReference.CreateFromFile(path));
        var compilation = CSharpCompilation.Create($"{anyType.Assembly.GetName().Name}", trees, references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));

        var edges = trees.SelectMany(tree => Edges(compilation, tree, root)).ToList();
        Assert.True(edges.Count > 10, "The test sees no dependencies at all; it would pass on anything.");
        var wrong = edges
            .Where(edge => edge.From != edge.To && (!Leaves.Contains(edge.To) || Leaves.Contains(edge.From)))
            .Where(edge => !allowed.TryGetValue(edge.From, out var targets) || !targets.Contains(edge.To))
            .Select(edge => $"{edge.Where}: {edge.From}/ uses {edge.To}/, which docs/architecture.md does not list")
            .Distinct()
            .ToList();
        Assert.Empty(wrong);

        var stray = trees.Where(tree => tree.FilePath.Length > 0 && !allowed.ContainsKey(Folder(root, tree.FilePath))).Select(tree => tree.FilePath);
        Assert.Empty(stray);
    }

    private static IEnumerable<(string From, string To, string Where)> Edges(CSharpCompilation compilation, SyntaxTree tree, string root)
    {
        if (tree.FilePath.Length == 0)
        {
            yield break;
        }

        var from = Folder(root, tree.FilePath);
        var model = compilation.GetSemanticModel(tree);
        foreach (var name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
        {
            var symbol = model.GetSymbolInfo(name).Symbol;
            var type = symbol as INamedTypeSymbol ?? symbol?.ContainingType;
            var source = type?.OriginalDefinition.DeclaringSyntaxReferences.FirstOrDefault()?.SyntaxTree.FilePath;
            if (!string.IsNullOrEmpty(source) && source.StartsWith(root, StringComparison.Ordinal))
            {
                yield return (from, Folder(root, source), $"{Path.GetFileName(tree.FilePath)}:{name.GetLocation().GetLineSpan().StartLinePosition.Line + 1}");
            }
        }
    }

    private static string Folder(string root, string file) => Path.GetRelativePath(root, file).Split(Path.DirectorySeparatorChar)[0];
}
