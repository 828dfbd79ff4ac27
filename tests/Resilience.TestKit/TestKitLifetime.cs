using System.Runtime.InteropServices;
using Resilience.TestKit.Processes;

namespace Resilience.TestKit;

/// <summary>Ties what the kit started to the life of this process.</summary>
public static class TestKitLifetime
{
    private static readonly Lock Gate = new();
    private static readonly List<PosixSignalRegistration> Signals = [];

    private static readonly Lazy<bool> Once = new(() =>
    {
        RunDirectory.Prepare();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => RunDirectory.EndEverything();
        Leftovers.CleanUp();
        return true;
    });

    /// <summary>
    /// Ends all servers and services when this process gets SIGINT (Ctrl-C) or SIGTERM; the process then ends as without
    /// the kit.
    /// </summary>
    /// <remarks>
    /// A normal exit ends everything without this call. It is a choice, because a program may want to handle these
    /// signals itself, for instance to write its report first; such a program disposes of its servers.
    /// </remarks>
    public static void EndEverythingOnExit()
    {
        lock (Gate)
        {
            if (Signals.Count == 0)
            {
                Signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => RunDirectory.EndEverything(descendants: true)));
                Signals.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => RunDirectory.EndEverything(descendants: true)));
            }
        }
    }

    /// <summary>Every entry point that starts something calls this first.</summary>
    internal static void Enter() => _ = Once.Value;
}
