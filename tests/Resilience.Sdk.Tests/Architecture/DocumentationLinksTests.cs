namespace Resilience.Sdk.Tests.Architecture;

/// <summary>Links between the project's pages lead somewhere: the file is there, and so is the heading behind '#'.</summary>
public sealed class DocumentationLinksTests
{
    public static TheoryData<string> Pages()
    {
        var pages = new TheoryData<string>();
        foreach (var page in Markdown.Pages)
        {
            pages.Add(page);
        }

        return pages;
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Links_OfAPage_LeadSomewhere(string page) =>
        Assert.DoesNotContain(Markdown.Links(Markdown.Read(page)), target => !LeadsSomewhere(page, target));

    [Fact]
    public void Pages_AreLinked()
    {
        // From the front page, whatever way.
        var reached = new HashSet<string>(StringComparer.Ordinal) { "README.md" };
        var next = new Queue<string>(reached);
        while (next.TryDequeue(out var page))
        {
            foreach (var target in Markdown.Links(Markdown.Read(page)).Select(target => Resolve(page, target.Split('#')[0])))
            {
                var pages = target.EndsWith(".md", StringComparison.Ordinal) ? [target] : Markdown.Pages.Where(other => Path.GetDirectoryName(other) == target);
                foreach (var found in pages.Where(reached.Add))
                {
                    next.Enqueue(found);
                }
            }
        }

        Assert.DoesNotContain(Markdown.Pages, page => page.StartsWith("docs/", StringComparison.Ordinal) && !reached.Contains(page));
    }

    [Theory]
    [InlineData("[a](#who-decides)", true)]
    [InlineData("[a](#who-decided)", false)]
    [InlineData("[a](regions.md#the-lost-tail)", true)]
    [InlineData("[a](regions.md#the-found-tail)", false)]
    [InlineData("[a](nowhere.md)", false)]
    [InlineData("[a](decisions)", true)]
    [InlineData("![a](nowhere.svg)", false)]
    [InlineData("`[a](nowhere.md)` and [b](https://example.com/nowhere)", true)]
    [InlineData("```sh\n# [a](nowhere.md)\n```\n", true)]
    public void LeadsSomewhere_TellsBrokenLinks(string text, bool expected) =>
        Assert.Equal(expected, Markdown.Links(text).All(target => LeadsSomewhere("docs/operating-regions.md", target)));

    [Theory]
    [InlineData("## Who is the writer", "who-is-the-writer")]
    [InlineData("## Coming from `AddStandardResilienceHandler`", "coming-from-addstandardresiliencehandler")]
    [InlineData("# 9. Probes read, they never ask", "9-probes-read-they-never-ask")]
    [InlineData("## What [it](x.md) does", "what-it-does")]
    public void Anchors_AreWrittenAsGitHubDoes(string heading, string anchor) => Assert.Contains(anchor, Markdown.Anchors(heading));

    private static bool LeadsSomewhere(string page, string target)
    {
        var parts = target.Split('#', 2);
        var file = parts[0].Length == 0 ? page : Resolve(page, parts[0]);
        return parts.Length == 1
            ? Path.Exists(RepositoryRoot.Combine(file))
            : File.Exists(RepositoryRoot.Combine(file)) && Markdown.Anchors(Markdown.Read(file)).Contains(parts[1]);
    }

    private static string Resolve(string page, string target) => Path.GetRelativePath(
        RepositoryRoot.Path, Path.GetFullPath(Path.Combine(RepositoryRoot.Path, Path.GetDirectoryName(page)!, target))).Replace(Path.DirectorySeparatorChar, '/');
}
