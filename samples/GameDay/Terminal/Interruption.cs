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
    private volatile bool _came;

    private Interruption(bool isTerminal)
    {
        foreach (var signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM })
        {
            _signals.Add(PosixSignalRegistration.Create(signal, _ =>
            {
                _came = true;
                if (isTerminal)
                {
                    Console.Out.Write(ShowCursor);
                }
            }));
        }
    }

    public static Interruption Watch(bool isTerminal)
    {
        var interruption = new Interruption(isTerminal);
        TestKitLifetime.EndEverythingOnExit();
        return interruption;
    }

    /// <summary>Waits for the end of the process if a signal came; otherwise returns at once.</summary>
    public Task EndIfComingAsync() => _came ? Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System) : Task.CompletedTask;

    public void Dispose() => _signals.ForEach(s => s.Dispose());
}
