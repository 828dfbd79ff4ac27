using Microsoft.Playwright;
using Resilience.TestKit;

namespace Resilience.IntegrationTests.Operations;

/// <summary>A browser in which people look at the operations page; what it complains about is kept.</summary>
internal sealed class OperationsBrowser : IAsyncDisposable
{
    private static readonly string[] Paths = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    private static readonly string Script = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Operations", "accessibility.js"));

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private OperationsBrowser(IPlaywright playwright, IBrowser browser)
    {
        _playwright = playwright;
        _browser = browser;
    }

    /// <summary>What is missing to look at a page; null when nothing is.</summary>
    public static string? Missing { get; } = Paths.Any(File.Exists) ? null : $"No browser at {string.Join(", ", Paths)}.";

    /// <summary>Errors and warnings of the console, exceptions, and requests that failed or went elsewhere.</summary>
    public List<string> Complaints { get; } = [];

    public static async Task<OperationsBrowser> StartAsync()
    {
        var playwright = await Playwright.CreateAsync();
        try
        {
            return new OperationsBrowser(playwright, await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
            {
                ExecutablePath = Paths.First(File.Exists),
                Args = ["--no-sandbox", "--disable-background-networking", "--disable-dev-shm-usage"],
            }));
        }
        catch
        {
            playwright.Dispose();
            throw;
        }
    }

    public Task<IPage> OpenAsync(Uri service, string user) => OpenAsync(service, "X-User", user);

    /// <summary>Opens the page as somebody who is told by a header, and waits until it is live.</summary>
    public async Task<IPage> OpenAsync(Uri service, string header, string value)
    {
        var context = await _browser.NewContextAsync(new BrowserNewContextOptions { ExtraHTTPHeaders = new Dictionary<string, string> { [header] = value } });
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(30_000);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                Complain($"{message.Type}: {message.Text}");
            }
        };
        page.PageError += (_, error) => Complain(error);
        page.Dialog += (_, dialog) => Complain($"dialog: {dialog.Message}");
        page.Request += (_, request) =>
        {
            if (new Uri(request.Url).Authority != service.Authority)
            {
                Complain($"asked elsewhere: {request.Url}");
            }
        };
        await page.GotoAsync(new Uri(service, "/dr").ToString());
        await UntilAsync(page, "document.getElementById('connection').textContent === 'live'");
        return page;
    }

    /// <summary>Waits until an expression is true. Asked from outside: the page's own policy lets nobody evaluate text in it.</summary>
    public static Task UntilAsync(IPage page, string expression, object? argument = null)
    {
        string? shown = null;
        return Eventually.UntilAsync(
            async _ =>
            {
                shown = await page.TextContentAsync("main");
                return await page.EvaluateAsync<bool>(expression, argument);
            },
            () => $"Not on the page: {expression} {argument}. It shows: {shown}",
            CancellationToken.None);
    }

    /// <summary>What is wrong with the page for those who do not see well or have no mouse: light and dark, wide and narrow. Leaves pictures of it.</summary>
    public static async Task<IReadOnlyList<string>> ExamineAsync(IPage page, string picture)
    {
        var found = new List<string>();
        var folder = Directory.CreateDirectory(Path.Combine(ServicePaths.RepositoryRoot, "artifacts", "operations-page")).FullName;
        foreach (var (scheme, width) in new[] { (ColorScheme.Light, 1280), (ColorScheme.Dark, 1280), (ColorScheme.Light, 390), (ColorScheme.Dark, 390) })
        {
            await page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = scheme });
            await page.SetViewportSizeAsync(width, 900);
            var what = $"{picture}-{scheme}-{width}".ToLowerInvariant();
            found.AddRange((await page.EvaluateAsync<string[]>(Script)).Select(one => $"{what}: {one}"));
            await page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, what + ".png"), FullPage = true });
        }

        return found;
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }

    private void Complain(string text)
    {
        lock (Complaints)
        {
            Complaints.Add(text);
        }
    }
}
