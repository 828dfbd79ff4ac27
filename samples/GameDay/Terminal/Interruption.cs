using System.Runtime.InteropServices;
using Resilience.TestKit;

namespace GameDay.Terminal;

/// <summary>
/// Ctrl-C and SIGTERM end all servers and then this process, whatever it is doing. The rest of the program then sees its
/// servers vanish and must not report that as its own failure.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private const string ShowCursor = "\e[?25h";

    private readonly List<PosixSignalRegistration> _signals = [];
    private readonly CancellationTokenSource _came = new();

    private Interruption(bool isTerminal)
    {
        TestKitLifetime.EndEverythingOnExit();

        // Registered last, these run first: the work has stopped before its servers go, and starts nothing new.
        foreach (var signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM })
        {
            _signals.Add(PosixSignalRegistration.Create(signal, _ =>
            {
                _came.Cancel();
                if (isTerminal)
                {
                    Console.Out.Write(ShowCursor);
                }
            }));
        }
    }

    /// <summary>Cancelled when a signal came.</summary>
    public CancellationToken Token => _came.Token;

    public static Interruption Watch(bool isTerminal) => new(isTerminal);

    /// <summary>Waits for the end of the process if a signal came; otherwise returns at once.</summary>
    public Task EndIfComingAsync() =>
        Token.IsCancellationRequested ? Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, CancellationToken.None) : Task.CompletedTask;

    public void Dispose()
    {
        _signals.ForEach(s => s.Dispose());
        _came.Dispose();
    }
}
