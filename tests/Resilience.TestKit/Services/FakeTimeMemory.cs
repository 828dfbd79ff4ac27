using System.Globalization;
using Resilience.TestKit.Processes;

namespace Resilience.TestKit.Services;

/// <summary>libfaketime makes two files of shared memory per process, which stay behind when the process is killed.</summary>
internal static class FakeTimeMemory
{
    private const string Shared = "/dev/shm";
    private static readonly string[] Prefixes = ["faketime_shm_", "sem.faketime_sem_"];

    public static void RemoveOfTheDead()
    {
        if (!Directory.Exists(Shared))
        {
            return;
        }

        foreach (var file in Prefixes.SelectMany(prefix => Directory.EnumerateFiles(Shared, prefix + "*")))
        {
            var name = Path.GetFileName(file);
            var owner = name[(name.LastIndexOf('_') + 1)..];
            if (int.TryParse(owner, NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                && ProcessIdentity.Of(pid) is not { IsAlive: true }
                && FileOwner.Of(file) == NativeMethods.EffectiveUserId())
            {
                File.Delete(file);
            }
        }
    }
}
