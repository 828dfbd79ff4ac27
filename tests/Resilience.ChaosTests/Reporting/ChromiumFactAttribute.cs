namespace Resilience.ChaosTests.Reporting;

/// <summary>Needs a browser to see the page with.</summary>
public sealed class ChromiumFactAttribute : FactAttribute
{
    private static readonly string[] Paths = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    public ChromiumFactAttribute() => Skip = Path is null ? $"No browser at {string.Join(", ", Paths)}: the page cannot be rendered." : null;

    internal static string? Path { get; } = Paths.FirstOrDefault(File.Exists);
}
