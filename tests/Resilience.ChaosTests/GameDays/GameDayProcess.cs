using System.Diagnostics;
using System.Text;
using Resilience.TestKit;
using Resilience.TestKit.Processes;

namespace Resilience.ChaosTests.GameDays;

/// <summary>The built program as a user runs it, and every process that ever descended from it.</summary>
internal sealed class GameDayProcess : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    private readonly Process _process;
    private readonly ProcessIdentity _identity;
    private readonly StringBuilder _output = new();
    private readonly HashSet<ProcessIdentity> _seen = [];
    private readonly Task _watch;

    private GameDayProcess(Process process)
    {
        _process = process;
        _identity = ProcessIdentity.Of(process.Id)!.Value;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _watch = WatchAsync();
    }

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>The processes it started that are still there.</summary>
    public IReadOnlyList<ProcessIdentity> Left => [.. _seen.Where(p => p.IsAlive)];

    public int ProcessesSeen => _seen.Count;

    /// <summary>The directories of its servers that are still there.</summary>
    public IReadOnlyList<string> DirectoriesLeft =>
        Directory.Exists(RunDirectory.Root) ? Directory.GetDirectories(RunDirectory.Root, $"{_process.Id}-*") : [];

    public static GameDayProcess Start(params IReadOnlyList<string> arguments)
    {
        // Whoever runs the tests in the background of a shell ignores SIGINT, and children inherit that.
        var start = new ProcessStartInfo("env", ["--default-signal=INT", "dotnet", ServicePaths.For("GameDay"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        return new GameDayProcess(Process.Start(start)!);
    }

    public void Interrupt() => Assert.True(_identity.TrySend(Signal.Interrupt), $"It had ended already. {Output}");

    /// <summary>Ends the program itself with SIGKILL, and nothing that it started.</summary>
    public void Kill() => Assert.True(_identity.TrySend(Signal.Kill), $"It had ended already. {Output}");

    public async Task WaitForOutputAsync(string text, TimeSpan patience) => await Eventually.UntilAsync(
        () => Output.Contains(text, StringComparison.Ordinal), () => $"No '{text}' in: {Output}", CancellationToken.None, patience);

    public async Task<int> WaitForExitAsync(TimeSpan patience)
    {
        await _process.WaitForExitAsync().WaitAsync(patience, TimeProvider.System);
        await _watch;
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        ProcessTree.Kill(_identity);
        await _watch;
        foreach (var left in Left)
        {
            ProcessTree.Kill(left);
        }

        _process.Dispose();
    }

    private async Task WatchAsync()
    {
        while (_identity.IsAlive)
        {
            _seen.UnionWith(ProcessTree.Descendants(_identity));
            await Task.Delay(Interval, TimeProvider.System);
        }
    }

    private void Keep(string? line)
    {
        lock (_output)
        {
            _output.AppendLine(line);
        }
    }
}
