namespace Resilience.TestKit.Processes;

internal sealed record CommandResult(string Command, int ExitCode, string Output)
{
    public CommandResult EnsureSuccess() =>
        ExitCode == 0 ? this : throw new InvalidOperationException($"'{Command}' ended with code {ExitCode}: {Output.Trim()}");
}
