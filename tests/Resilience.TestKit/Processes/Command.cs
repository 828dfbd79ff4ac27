using System.Diagnostics;

namespace Resilience.TestKit.Processes;

/// <summary>Programs of the operating system: run to their end, or started detached with their output in a file.</summary>
internal static class Command
{
    public static async Task<CommandResult> RunAsync(
        IReadOnlyList<string> command, string directory, IReadOnlyDictionary<string, string?>? environment, CancellationToken ct)
    {
        var start = StartInfo(command, directory, environment);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var process = Start(start);
        process.StandardInput.Close();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(ct);
            var error = process.StandardError.ReadToEndAsync(ct);
            await process.WaitForExitAsync(ct);
            return new CommandResult(string.Join(' ', command), process.ExitCode, (await output) + (await error));
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>Starts a program in a session of its own: a Ctrl-C at the terminal reaches only the owner, which decides.</summary>
    public static Process StartDetached(
        IReadOnlyList<string> command, string directory, string log, IReadOnlyDictionary<string, string?>? environment)
    {
        // Each step replaces the one before, so the pid of the started process stays that of the program.
        var start = StartInfo(["setsid", "sh", "-c", "exec \"$@\" >>\"$0\" 2>&1", log, .. command], directory, environment);
        var process = Start(start);
        process.StandardInput.Close();
        return process;
    }

    public static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new MissingCapabilityException($"'{start.FileName}' could not be started ({e.Message}); install it or put it on PATH.");
        }
    }

    private static ProcessStartInfo StartInfo(
        IReadOnlyList<string> command, string directory, IReadOnlyDictionary<string, string?>? environment)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            WorkingDirectory = directory,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>(StringComparer.Ordinal))
        {
            start.Environment[name] = value;
        }

        return start;
    }
}
