using System.Diagnostics;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using GameDay.Reporting;
using GameDay.Reporting.Page;
using GameDay.Reporting.Trends;

namespace Resilience.ChaosTests.Reporting;

/// <summary>The page as a browser lays it out, measured by a script in a page around it.</summary>
public sealed class RenderedPageTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string _directory = Directory.CreateTempSubdirectory("resilience-page-").FullName;

    [ChromiumFact]
    public async Task Render_OnALargeAndASmallScreen_FitsAndOverlapsNothing()
    {
        var measured = await MeasureAsync(SampleRun.Report());

        Assert.All(measured, m => Assert.Equal("", m.Overlaps));
        Assert.All(measured, m => Assert.True(m.ContentWidth <= m.Width, $"{m.ContentWidth} px of content at {m.Width} px."));
        Assert.All(measured, m => Assert.True(m.SmallestText >= 8.5, $"Text of {m.SmallestText} px at {m.Width} px."));
        Assert.Equal([1280, 390], measured.Select(m => m.Width));
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private async Task<IReadOnlyList<Measured>> MeasureAsync(ExperimentReport report)
    {
        var days = Enumerable.Range(0, 12).Select(i => TrendEntry.Of(report) with { Time = SampleRun.Start.AddDays(i - 12) });

        // The page forbids scripts, its own frame included; the measuring one is outside.
        var page = ReportPage.Write(report, new Trend([.. days, TrendEntry.Of(report)], []));
        var frames = string.Concat(new[] { 1280, 390 }.Select(width =>
            $"<iframe style=\"border:0;width:{width}px;height:900px\" srcdoc=\"{WebUtility.HtmlEncode(page)}\"></iframe>"));
        var path = Path.Combine(_directory, "measure.html");
        await File.WriteAllTextAsync(path, $$"""
            <!DOCTYPE html><meta charset="utf-8">{{frames}}<pre id="measured"></pre><script>
            addEventListener('load', () => {
              const all = [...document.querySelectorAll('iframe')].map(frame => {
                const page = frame.contentDocument, root = page.documentElement;
                const texts = [...page.querySelectorAll('svg.chart')].flatMap(svg => {
                  const labels = [...svg.querySelectorAll('text')];
                  const boxes = labels.map(t => ({ t, b: t.getBoundingClientRect() }));
                  const hits = [];
                  boxes.forEach((x, i) => boxes.slice(i + 1).forEach(y => {
                    const w = Math.min(x.b.right, y.b.right) - Math.max(x.b.left, y.b.left);
                    const h = Math.min(x.b.bottom, y.b.bottom) - Math.max(x.b.top, y.b.top);
                    if (w > 1 && h > 3) hits.push(x.t.textContent + ' | ' + y.t.textContent);
                  }));
                  return hits;
                });
                const sizes = [...page.querySelectorAll('svg text')].map(t => parseFloat(getComputedStyle(t).fontSize) * t.getCTM().a);
                return { width: frame.clientWidth, contentWidth: root.scrollWidth, overlaps: texts.join('; '), smallestText: Math.min(...sizes) };
              });
              document.getElementById('measured').textContent = JSON.stringify(all);
            });
            </script>
            """);
        var dom = await DumpAsync(path);
        var json = Regex.Match(dom, "<pre id=\"measured\">(?<json>.+?)</pre>", RegexOptions.Singleline, TimeSpan.FromSeconds(10)).Groups["json"].Value;
        Assert.True(json.Length > 0, "The page was not measured.");
        return JsonSerializer.Deserialize<List<Measured>>(WebUtility.HtmlDecode(json), ReportJson.Line)!;
    }

    private async Task<string> DumpAsync(string path)
    {
        var start = new ProcessStartInfo(
            ChromiumFactAttribute.Path!,
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", "--window-size=1400,2000",
                $"--user-data-dir={Path.Combine(_directory, "profile")}", "--virtual-time-budget=5000", "--dump-dom", new Uri(path).AbsoluteUri,
            ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            var errors = process.StandardError.ReadToEndAsync(patience.Token);
            var dom = await process.StandardOutput.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            await errors;
            return dom;
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    private sealed record Measured(int Width, int ContentWidth, string Overlaps, double SmallestText);
}
