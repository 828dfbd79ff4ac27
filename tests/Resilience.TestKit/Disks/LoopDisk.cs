using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Resilience.TestKit.Disks;
using Resilience.TestKit.Processes;

namespace Resilience.TestKit;

/// <summary>
/// A disk with an ext4 of its own whose power can be cut: what had been synced is there afterwards, what was only in the
/// memory of the operating system is not.
/// </summary>
/// <remarks>
/// The disk is a file behind a loop device. The operating system writes by itself what is older than some 30 s, so what is to be
/// lost must be younger. A drive that says too early that it has written, or that writes in another order, is not imitated.
/// Mounted in a namespace that ends with this process and what it started; the loop device frees itself then, and the
/// next run removes the file (<see cref="Leftovers"/>).
/// </remarks>
public sealed class LoopDisk : IAsyncDisposable
{
    // No journal commit by itself for five minutes.
    private const string Options = "loop,commit=300";

    // EXT4_IOC_SHUTDOWN, with the flag that not even the journal is written.
    private const nuint Shutdown = 0x8004587D;
    private const uint WithoutLogFlush = 2;

    private readonly string _home;
    private int _losses;

    private LoopDisk(string home)
    {
        _home = home;
        Path = System.IO.Path.Combine(home, "disk");
        Directory.CreateDirectory(Path);
    }

    /// <summary>Where it is mounted; it stays the same over power losses.</summary>
    public string Path { get; }

    /// <summary>Makes a disk with an empty file system and mounts it.</summary>
    /// <param name="megabytes">Its size; from 8 to 4096. Only what is used takes room on the machine's disk.</param>
    /// <param name="ct">Ends the call.</param>
    /// <returns>The disk; disposing of it takes it off, with all that is on it.</returns>
    /// <exception cref="MissingCapabilityException">See <see cref="PrivateMounts"/>; or there are no loop devices, or no ext4.</exception>
    public static async Task<LoopDisk> MountAsync(int megabytes, CancellationToken ct = default)
    {
        if (megabytes is < 8 or > 4096)
        {
            throw new ArgumentOutOfRangeException(nameof(megabytes), megabytes, "Give a size from 8 to 4096 MiB.");
        }

        PrivateMounts.Require();
        TestKitLifetime.Enter();
        var disk = new LoopDisk(RunDirectory.CreateDirectory("disk"));
        try
        {
            await using (var image = File.Create(disk.Image))
            {
                image.SetLength(megabytes * 1024L * 1024);
            }

            // No room for root alone, and all tables written at once instead of by a thread of the kernel later.
            var made = await Command.RunAsync(["mkfs.ext4", "-q", "-F", "-m", "0", "-E", "lazy_itable_init=0,lazy_journal_init=0", disk.Image], "/", null, ct);
            made.EnsureSuccess();
            await disk.MountAsync(ct);
            return disk;
        }
        catch
        {
            await disk.DisposeAsync();
            throw;
        }
    }

    /// <summary>Cuts the power, and has the disk back as it was found: whatever was not synced is gone.</summary>
    /// <param name="ct">Ends the call; the disk may then be off.</param>
    /// <returns>A task.</returns>
    /// <remarks>
    /// At one moment nothing reaches the disk any more. Kill who writes on it before, as a power loss would; whoever still runs gets
    /// I/O errors. The directory's owner is kept.
    /// </remarks>
    public async Task LosePowerAsync(CancellationToken ct = default)
    {
        CutOff();
        var former = Image;
        _losses++;
        (await Command.RunAsync(["cp", "--sparse=always", former, Image], "/", null, ct)).EnsureSuccess();
        Mounts.DetachIn(_home);
        File.Delete(former);
        await MountAsync(ct);
    }

    /// <summary>Makes its directory a user's, durably.</summary>
    /// <param name="user">The user's name.</param>
    /// <param name="ct">Ends the call.</param>
    /// <returns>A task.</returns>
    public async Task GiveToAsync(string user, CancellationToken ct = default)
    {
        (await Command.RunAsync(["chown", user, Path], "/", null, ct)).EnsureSuccess();
        await SyncAsync(ct);
    }

    /// <summary>Writes everything to the disk, as a quiet machine would have done by itself in time.</summary>
    /// <param name="ct">Ends the call.</param>
    /// <returns>A task.</returns>
    public async Task SyncAsync(CancellationToken ct = default) =>
        (await Command.RunAsync(["sync", "-f", Path], "/", null, ct)).EnsureSuccess();

    /// <summary>Takes all the room that is left.</summary>
    /// <returns>Disposing of it gives the room back; it does nothing after a power loss, which did so.</returns>
    public IDisposable Fill() => DiskFiller.Fill(Path);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Mounts.DetachIn(_home);
        RunDirectory.RemoveDirectory(_home);
        return ValueTask.CompletedTask;
    }

    private string Image => System.IO.Path.Combine(_home, string.Create(CultureInfo.InvariantCulture, $"image-{_losses}"));

    private Task MountAsync(CancellationToken ct) => Mounts.MountAsync(Path, ["-t", "ext4", "-o", Options, Image], ct);

    private void CutOff()
    {
        using var directory = NativeMethods.Open(Path, 0);
        if (directory.IsInvalid || NativeMethods.Control(directory, Shutdown, WithoutLogFlush) != 0)
        {
            throw new InvalidOperationException($"The file system on '{Path}' could not be shut down: {System.Runtime.InteropServices.Marshal.GetLastPInvokeErrorMessage()}.");
        }
    }
}
