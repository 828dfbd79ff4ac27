using System.Diagnostics;
using Resilience.TestKit.Processes;

namespace Resilience.TestKit.Postgres;

/// <summary>The running postmaster of one server, and the faults that signals can cause.</summary>
internal sealed class PostgresProcess : IDisposable
{
    private readonly Process _process;
    private readonly ProcessIdentity _postmaster;
    private readonly string _log;
    private ProcessIdentity? _stalledReceiver;

    public PostgresProcess(IReadOnlyList<string> command, string home, string log)
    {
        _log = log;
        _process = Command.StartDetached(command, home, log, PostgresBinaries.Environment(home, null));
        _postmaster = ProcessIdentity.Of(_process.Id) ?? throw new InvalidOperationException($"PostgreSQL ended at once. {LogTail()}");
        RunDirectory.Add(_postmaster);
    }

    public int Id => _postmaster.Pid;

    public bool IsAlive => _postmaster.IsAlive;

    public bool HasStalledReceiver => _stalledReceiver is { IsAlive: true };

    public async Task KillAsync(CancellationToken ct)
    {
        await ProcessTree.WaitUntilGoneAsync(ProcessTree.Kill(_postmaster), ct);
        RunDirectory.Remove(_postmaster);
    }

    public async Task ShutDownAsync(CancellationToken ct)
    {
        Continue();
        _postmaster.TrySend(Signal.Interrupt);
        await Eventually.UntilAsync(() => !IsAlive, () => $"PostgreSQL did not shut down. {LogTail()}", ct);
        RunDirectory.Remove(_postmaster);
    }

    public Task HangAsync(CancellationToken ct) => ProcessTree.StopAsync(_postmaster, ct);

    public void Resume() => ProcessTree.Continue(_postmaster, except: _stalledReceiver);

    public async Task StallReceiverAsync(CancellationToken ct)
    {
        ProcessIdentity? receiver = null;
        await Eventually.UntilAsync(
            () => (receiver = FindReceiver()) is not null,
            () => $"The server has no WAL receiver; is it a standby whose primary is up? {LogTail()}", ct);
        _stalledReceiver = receiver;
        await ProcessTree.StopAsync(receiver!.Value, ct);
    }

    public void ResumeReceiver()
    {
        _stalledReceiver?.TrySend(Signal.Continue);
        _stalledReceiver = null;
    }

    /// <summary>
    /// A promotion waits for the receiver to end. A stalled one is continued only when its SIGTERM is pending, so that it
    /// ends without applying what waits in its socket and the promoted server lacks exactly what the stall withheld.
    /// </summary>
    public async Task EndStalledReceiverAsync(CancellationToken ct)
    {
        await Eventually.UntilAsync(
            () => _stalledReceiver is not { IsAlive: true } receiver || PendingSignals.Includes(receiver, Signal.Terminate),
            () => $"The promotion did not ask the WAL receiver to end. {LogTail()}", ct);
        ResumeReceiver();
    }

    public string LogTail() => LogFile.Tail(_log);

    public void Dispose() => _process.Dispose();

    private void Continue()
    {
        ResumeReceiver();
        ProcessTree.Continue(_postmaster, except: null);
    }

    private ProcessIdentity? FindReceiver()
    {
        foreach (var child in ProcessTree.Descendants(_postmaster))
        {
            if (ProcessTitle.Of(child).Contains("walreceiver", StringComparison.Ordinal))
            {
                return child;
            }
        }

        return null;
    }
}
