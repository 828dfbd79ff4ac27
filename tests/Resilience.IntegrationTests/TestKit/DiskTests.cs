using Resilience.TestKit;
using Resilience.TestKit.Processes;
using Xunit.Abstractions;

namespace Resilience.IntegrationTests.TestKit;

public sealed class DiskTests(ITestOutputHelper output)
{
    [RootFact]
    public async Task SmallDisk_Filled_NothingCanBeWritten_UntilUndone_AndItIsGoneAfterwards()
    {
        string path;
        await using (var disk = await SmallDisk.MountAsync(megabytes: 4))
        {
            path = disk.Path;
            var file = Path.Combine(path, "data");
            await File.WriteAllBytesAsync(file, new byte[100_000]);
            using (disk.Fill())
            {
                await Assert.ThrowsAsync<IOException>(() => File.WriteAllBytesAsync(file + "-2", new byte[100_000]));
            }

            await File.AppendAllBytesAsync(file, new byte[100_000]);
            Assert.Equal(200_000, new FileInfo(file).Length);
        }

        Assert.False(Directory.Exists(path));
        Assert.DoesNotContain(path, await File.ReadAllTextAsync("/proc/self/mountinfo"), StringComparison.Ordinal);
    }

    [RootFact]
    public async Task LoopDisk_Filled_NothingCanBeWritten_UntilUndone()
    {
        await using var disk = await LoopDisk.MountAsync(megabytes: 32);
        var file = Path.Combine(disk.Path, "data");
        var began = TimeProvider.System.GetTimestamp();
        using (disk.Fill())
        {
            output.WriteLine($"filled in {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.00} s");
            await Assert.ThrowsAsync<IOException>(() => File.WriteAllBytesAsync(file, new byte[100_000]));
        }

        await File.WriteAllBytesAsync(file, new byte[100_000]);
    }

    [RootFact]
    public async Task LosePower_SyncedFileIsThere_UnsyncedIsNot_TwiceInARow()
    {
        await using var disk = await LoopDisk.MountAsync(megabytes: 32);
        for (var loss = 1; loss <= 2; loss++)
        {
            Write(disk, $"synced-{loss}", length: 10_000, sync: true);
            // After the directory's entry of the one before was made durable, or it would be of this one too.
            Write(disk, $"lost-{loss}", length: 10_000, sync: false);
            Assert.Equal(10_000, new FileInfo(Path.Combine(disk.Path, $"lost-{loss}")).Length);

            await disk.LosePowerAsync();

            Assert.Equal(Enumerable.Repeat((byte)7, 10_000), await File.ReadAllBytesAsync(Path.Combine(disk.Path, $"synced-{loss}")));
            Assert.False(File.Exists(Path.Combine(disk.Path, $"lost-{loss}")));
        }

        Assert.True(File.Exists(Path.Combine(disk.Path, "synced-1")));
    }

    [RootFact]
    public async Task LosePower_FileThatGrewWithoutSync_HasWhatWasSyncedAlone_AndOpenFilesFail()
    {
        await using var disk = await LoopDisk.MountAsync(megabytes: 32);
        Write(disk, "log", length: 10_000, sync: true);
        await using var open = new FileStream(Path.Combine(disk.Path, "log"), FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        await open.WriteAsync(new byte[5_000]);

        await disk.LosePowerAsync();

        Assert.Equal(10_000, new FileInfo(Path.Combine(disk.Path, "log")).Length);
        await Assert.ThrowsAsync<IOException>(async () => await open.WriteAsync(new byte[5_000]));
    }

    [RootFact]
    public async Task LosePower_AfterSync_NothingIsMissing()
    {
        await using var disk = await LoopDisk.MountAsync(megabytes: 32);
        Write(disk, "data", length: 10_000, sync: false);
        await disk.SyncAsync();

        await disk.LosePowerAsync();

        Assert.Equal(10_000, new FileInfo(Path.Combine(disk.Path, "data")).Length);
    }

    [RootFact]
    public async Task Dispose_LeavesNoLoopDevice()
    {
        string home;
        await using (var disk = await LoopDisk.MountAsync(megabytes: 32))
        {
            home = Path.GetDirectoryName(disk.Path)!;
            Assert.Contains(home, await DevicesAsync(), StringComparison.Ordinal);
        }

        // The kernel frees it a moment after the last user has gone.
        await Eventually.UntilAsync(async _ => !(await DevicesAsync()).Contains(home, StringComparison.Ordinal), () => "the loop device is still there", default);
    }

    [Fact]
    public void PrivateMounts_HereOrNot_TheWayOutIsNamed()
    {
        var inside = Environment.GetEnvironmentVariable("RESILIENCE_PRIVATE_MOUNTS") == new FileInfo("/proc/self/ns/mnt").LinkTarget;

        Assert.Equal(inside, PrivateMounts.Missing is null);
        Assert.True(inside || PrivateMounts.Missing!.Contains("./test", StringComparison.Ordinal));
    }

    private static void Write(LoopDisk disk, string name, int length, bool sync)
    {
        using var file = new FileStream(Path.Combine(disk.Path, name), FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        file.Write(Enumerable.Repeat((byte)7, length).ToArray());
        if (sync)
        {
            file.Flush(flushToDisk: true);
        }
    }

    private static async Task<string> DevicesAsync() =>
        (await Command.RunAsync(["losetup", "--list", "--output", "BACK-FILE"], "/", null, CancellationToken.None)).EnsureSuccess().Output;
}
