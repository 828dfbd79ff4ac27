namespace Resilience.TestKit.Processes;

/// <summary>PostgreSQL refuses to run as root: as root its programs run as the user that its package made.</summary>
internal static class Privileges
{
    public const string User = "postgres";

    public static bool IsRoot { get; } = NativeMethods.EffectiveUserId() == 0;

    public static IReadOnlyList<string> Drop(IReadOnlyList<string> command) =>
        IsRoot ? ["setpriv", $"--reuid={User}", $"--regid={User}", "--init-groups", .. command] : command;

    public static async Task GiveAwayAsync(string directory, CancellationToken ct)
    {
        if (!IsRoot)
        {
            return;
        }

        var result = await Command.RunAsync(["chown", $"{User}:{User}", directory], directory, null, ct);
        if (result.ExitCode != 0)
        {
            throw new MissingCapabilityException(
                $"As root, PostgreSQL runs as '{User}' ({result.Output.Trim()}); install it with 'apt-get install -y postgresql' or run as an ordinary user.");
        }
    }
}
