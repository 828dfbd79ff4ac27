using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Resilience.Sdk.Tests.Architecture;

/// <summary>
/// Compiles every block <c>csharp</c> of the README and the docs as it stands there. A block <c>cs</c> is code of a library that is
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
        var pages = Directory.EnumerateFiles(RepositoryRoot.Combine("docs"), "*.md", SearchOption.AllDirectories).Prepend(RepositoryRoot.Combine("README.md"));
        foreach (var page in pages)
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
        var isProgram = code.Contains("CreateBuilder", StringComparison.Ordinal);
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

    /// <summary>A block that is no program shows calls on an injected data source.</summary>
    private static string AsSnippet(string code) =>
        $$"""
        using Npgsql;
        using Resilience.Postgres;
        using Resilience.Regions;
        class Snippet
        {
            async Task RunAsync(RegionalDataSource db, string operationId, CancellationToken ct)
            {
                {{code}}
            }
        }
        """;
}
