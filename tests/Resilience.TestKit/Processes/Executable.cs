namespace Resilience.TestKit.Processes;

internal static class Executable
{
    /// <returns>The first directory of PATH that holds the program, or null.</returns>
    public static string? DirectoryOf(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':', StringSplitOptions.RemoveEmptyEntries)
            .FirstOrDefault(d => File.Exists(Path.Combine(d, program)));
}
