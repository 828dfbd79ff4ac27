using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Resilience.Sdk.Tests.Architecture;

/// <summary>An instrument as the sources create it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind"><c>Counter</c>, <c>Histogram</c> or <c>ObservableGauge</c>.</param>
/// <param name="Unit">Its unit, as UCUM writes it; empty when it has none.</param>
internal sealed record Instrument(string Name, string Kind, string Unit)
{
    private const string Create = "Create";
    private static readonly string[] Kinds = ["Counter", "Histogram", "ObservableGauge"];

    public static IReadOnlyList<Instrument> All { get; } =
    [
        .. Directory.EnumerateFiles(RepositoryRoot.Combine("src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(file => CSharpSyntaxTree.ParseText(File.ReadAllText(file)).GetRoot().DescendantNodes().OfType<InvocationExpressionSyntax>())
            .Select(Read).OfType<Instrument>(),
    ];

    /// <summary>
    /// What Prometheus calls its series: https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/. Units in
    /// braces are annotations and are left out.
    /// </summary>
    public IEnumerable<string> Series()
    {
        var unit = Unit switch
        {
            "s" => "_seconds",
            "ms" => "_milliseconds",
            "By" => "_bytes",
            "1" when Kind == "ObservableGauge" => "_ratio",
            _ => "",
        };
        var name = Name.Replace('.', '_') + unit;
        return Kind switch
        {
            "Counter" => [name + "_total"],
            "Histogram" => [name + "_bucket", name + "_sum", name + "_count"],
            _ => [name],
        };
    }

    private static Instrument? Read(InvocationExpressionSyntax call)
    {
        if (call.Expression is not MemberAccessExpressionSyntax { Name.Identifier.Text: var method } || Kinds.FirstOrDefault(kind => method == Create + kind) is not { } kind)
        {
            return null;
        }

        var arguments = call.ArgumentList.Arguments;
        var unit = arguments.FirstOrDefault(argument => argument.NameColon?.Name.Identifier.Text == "unit")
            ?? arguments.Where(argument => argument.NameColon is null).ElementAtOrDefault(kind == "ObservableGauge" ? 2 : 1);
        return new Instrument(Text(arguments[0])!, kind, Text(unit) ?? "");
    }

    private static string? Text(ArgumentSyntax? argument) => (argument?.Expression as LiteralExpressionSyntax)?.Token.ValueText;
}
