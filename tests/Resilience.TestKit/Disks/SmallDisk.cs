using System.Globalization;
using Resilience.TestKit.Disks;
using Resilience.TestKit.Processes;

namespace Resilience.TestKit;

/// <summary>A file system of a few megabytes in memory, so that a disk can really be full.</summary>
/// <remarks>
/// Mounted in a namespace that ends with this process and what it started, so nothing stays mounted however they end. Its room
/// in memory is given back then too.
/// </remarks>
public sealed class SmallDisk : IAsyncDisposable
{
    private readonly string _home;

    private SmallDisk(string home)
    {
        _home = home;
        Path = System.IO.Path.Combine(home, "disk");
        Directory.CreateDirectory(Path);
    }

    /// <summary>Where it is mounted.</summary>
    public string Path { get; }

    /// <summary>Mounts a new, empty disk.</summary>
    /// <param name="megabytes">Its size; from 1 to 1024.</param>
    /// <param name="ct">Ends the call.</param>
    /// <returns>The disk; disposing of it takes it off, with all that is on it.</returns>
    /// <exception cref="MissingCapabilityException">See <see cref="PrivateMounts"/>.</exception>
    public static async Task<SmallDisk> MountAsync(int megabytes, CancellationToken ct = default)
    {
        if (megabytes is < 1 or > 1024)
        {
            throw new ArgumentOutOfRangeException(nameof(megabytes), megabytes, "A small disk is in memory: give a size from 1 to 1024 MiB.");
        }

        PrivateMounts.Require();
        TestKitLifetime.Enter();
        var disk = new SmallDisk(RunDirectory.CreateDirectory("disk"));
        try
        {
            await Mounts.MountAsync(disk.Path, ["-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m,mode=0755"), "tmpfs"], ct);
            return disk;
        }
        catch
        {
            await disk.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes its directory a user's.</summary>
    /// <param name="user">The user's name.</param>
    /// <param name="ct">Ends the call.</param>
    /// <returns>A task.</returns>
    public async Task GiveToAsync(string user, CancellationToken ct = default) =>
        (await Command.RunAsync(["chown", user, Path], "/", null, ct)).EnsureSuccess();

    /// <summary>Takes all the room that is left.</summary>
    /// <returns>Disposing of it gives the room back.</returns>
    public IDisposable Fill() => DiskFiller.Fill(Path);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Mounts.DetachIn(_home);
        RunDirectory.RemoveDirectory(_home);
        return ValueTask.CompletedTask;
    }
}
