using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Resilience.Sdk.Tests.Architecture;

/// <summary>
/// Compiles every block <c>csharp</c> of the README, the docs and the packages' own pages as it stands there. A block <c>cs</c> is code of a library that is
/// not referenced here, as somebody has it who comes from there.
/// </summary>
public sealed class DocumentationCompilesTests
{
    private const string WebUsings =
        "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Net.Http; "
        + "global using System.Threading; global using System.Threading.Tasks; global using Microsoft.AspNetCore.Builder; global using Microsoft.AspNetCore.Hosting; "
        + "global using Microsoft.AspNetCore.Http; global using Microsoft.AspNetCore.Routing; global using Microsoft.Extensions.Configuration; "
        + "global using Microsoft.Extensions.DependencyInjection; global using Microsoft.Extensions.Hosting; global using Microsoft.Extensions.Logging;";

    private static readonly CSharpParseOptions Options = new(LanguageVersion.Latest);

    private static readonly List<MetadataReference> References =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path))];

    public static TheoryData<string, int> Blocks()
    {
        var blocks = new TheoryData<string, int>();
        var docs = Directory.EnumerateFiles(RepositoryRoot.Combine("docs"), "*.md", SearchOption.AllDirectories);
        var packages = Directory.EnumerateDirectories(RepositoryRoot.Combine("src")).Select(package => Path.Combine(package, "README.md"));
        foreach (var page in docs.Concat(packages).Prepend(RepositoryRoot.Combine("README.md")))
        {
            for (var i = 0; i < Markdown.Blocks(File.ReadAllText(page), "csharp").Count; i++)
            {
                blocks.Add(Path.GetRelativePath(RepositoryRoot.Path, page), i);
            }
        }

        return blocks;
    }

    [Fact]
    public void Readme_HasRunningCodeByLineTwenty() =>
        Assert.Contains("builder.AddDrResilience();", string.Concat(File.ReadLines(RepositoryRoot.Combine("README.md")).Take(20)), StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Blocks))]
    public void Block_Compiles(string page, int index)
    {
        var code = Markdown.Blocks(Markdown.Read(page), "csharp")[index];
        var isProgram = code.Contains("CreateBuilder", StringComparison.Ordinal) || code.Contains("CreateApplicationBuilder", StringComparison.Ordinal);
        var compilation = CSharpCompilation.Create(
            "Documentation",
            [CSharpSyntaxTree.ParseText(WebUsings, Options), CSharpSyntaxTree.ParseText(isProgram ? code : AsSnippet(code), Options)],
            References,
            new CSharpCompilationOptions(isProgram ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));

        Assert.Empty(compilation.GetDiagnostics().Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error).Select(diagnostic => diagnostic.ToString()));
    }

    [Fact]
    public void BlocksThatAreNotCompiled_AreOfOtherLibraries() =>
        Assert.All(
            Markdown.Pages.Where(page => Markdown.Blocks(Markdown.Read(page), "cs").Count > 0),
            page => Assert.StartsWith("docs/migration/", page, StringComparison.Ordinal));

    /// <summary>A block that is no program shows calls on an injected data source, or on the builder of an application.</summary>
    private static string AsSnippet(string code) =>
        $$"""
        using Npgsql;
        using Resilience.Postgres;
        using Resilience.Regions;
        class Snippet
        {
            async Task RunAsync(WebApplicationBuilder builder, RegionalDataSource db, string operationId, CancellationToken ct)
            {
                {{code}}
            }
        }
        """;
}
