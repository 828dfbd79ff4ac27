using System.Text.RegularExpressions;

namespace Resilience.Sdk.Tests.Architecture;

/// <summary>The project's pages and what is in them, as far as tests look at it.</summary>
internal static partial class Markdown
{
    private static readonly string[] Folders = ["docs", "src", "samples", "deploy", "templates", "tests"];

    /// <summary>Every page of the repository, relative to its root, with '/'.</summary>
    public static IReadOnlyList<string> Pages { get; } =
    [
        .. Directory.EnumerateFiles(RepositoryRoot.Path, "*.md")
            .Concat(Folders.SelectMany(folder => Directory.EnumerateFiles(RepositoryRoot.Combine(folder), "*.md", SearchOption.AllDirectories)))
            .Select(page => Path.GetRelativePath(RepositoryRoot.Path, page).Replace(Path.DirectorySeparatorChar, '/'))
            .Where(page => !page.Split('/').Any(part => part is "bin" or "obj"))
            .Order(StringComparer.Ordinal),
    ];

    public static string Read(string page) => File.ReadAllText(RepositoryRoot.Combine(page));

    /// <summary>The blocks of a language, in their order.</summary>
    public static IReadOnlyList<string> Blocks(string text, string language) =>
        [.. Fence().Matches(text).Where(match => match.Groups["language"].Value == language).Select(match => match.Groups["code"].Value)];

    /// <summary>Targets of links and pictures that are no addresses of the web: a path, an anchor, or both.</summary>
    public static IReadOnlyList<string> Links(string text) =>
        [.. Link().Matches(Code().Replace(Fence().Replace(text, ""), "")).Select(match => match.Groups["target"].Value).Where(target => !Address().IsMatch(target))];

    /// <summary>What a link may name behind '#': the headings as GitHub writes them.</summary>
    public static IReadOnlySet<string> Anchors(string text)
    {
        var anchors = new HashSet<string>(StringComparer.Ordinal);
        foreach (Match heading in Heading().Matches(Fence().Replace(text, "")))
        {
            var name = NotInAnchor().Replace(LinkText().Replace(heading.Groups["text"].Value.Trim(), "${text}"), "").ToLowerInvariant().Replace(' ', '-');
            var anchor = name;
            for (var i = 1; !anchors.Add(anchor); i++)
            {
                anchor = $"{name}-{i}";
            }
        }

        return anchors;
    }

    [GeneratedRegex(@"^(?<indent> *)```(?<language>[a-z]*)\n(?<code>.*?)^\k<indent>```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Fence();

    [GeneratedRegex("`[^`\n]*`", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Code();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Link();

    [GeneratedRegex("^[a-z]+:", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Address();

    [GeneratedRegex("^#{1,6} (?<text>.+)$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\[(?<text>[^\]]*)\]\([^)]*\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LinkText();

    [GeneratedRegex(@"[^\p{L}\p{N} _-]", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NotInAnchor();
}
