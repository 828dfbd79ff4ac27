using System.Diagnostics;
using System.Globalization;
using Resilience.TestKit;
using Resilience.TestKit.Processes;

namespace Resilience.IntegrationTests.TestKit;

[Collection(HelperProgramCollection.Name)]
public sealed class LeftoversTests(HelperProgram helper)
{
    private static long s_fakes;

    [Fact]
    public async Task CleanUp_KilledOwner_EndsItsServersAndRemovesItsDirectory()
    {
        await using var owner = ServiceProcess.Launch(new() { Program = helper.Path, Arguments = ["wait"] });
        var server = await ServerOfAsync(owner);
        var directory = DirectoryOf(owner);

        KillOnly(owner);
        await owner.KillAsync();
        Assert.True(server.IsAlive);
        Assert.True(Directory.Exists(directory));

        Assert.True(Leftovers.CleanUp() >= 1);
        Assert.False(server.IsAlive);
        Assert.False(Directory.Exists(directory));
    }

    [Fact]
    public async Task CleanUp_LivingOwner_LeavesItAlone()
    {
        await using var owner = ServiceProcess.Launch(new() { Program = helper.Path, Arguments = ["wait"] });
        var server = await ServerOfAsync(owner);

        Leftovers.CleanUp();

        Assert.True(server.IsAlive);
        Assert.True(Directory.Exists(DirectoryOf(owner)));
        KillOnly(owner);
        await owner.KillAsync();
        Leftovers.CleanUp();
    }

    [Fact]
    public async Task OwnerExitsWithoutDisposing_EverythingEnds()
    {
        await using var owner = ServiceProcess.Launch(new() { Program = helper.Path, Arguments = ["exit"] });
        await Eventually.UntilAsync(() => owner.HasExited, () => "The owner did not exit", CancellationToken.None);

        Assert.Equal(0, owner.ExitCode);
        var server = await PidOfServerAsync(owner);
        Assert.False(ProcessIdentity.Of(server)?.IsAlive ?? false);
        Assert.Empty(DirectoriesOf(owner));
    }

    [Fact]
    public async Task EndEverythingOnExit_Terminated_EverythingEndsAndTheSignalStillEndsTheOwner()
    {
        await using var owner = ServiceProcess.Launch(new() { Program = helper.Path, Arguments = ["signals"] });
        var server = await ServerOfAsync(owner);
        var directory = DirectoryOf(owner);

        Assert.Equal(128 + 15, await owner.TerminateAsync());

        Assert.False(server.IsAlive);
        Assert.False(Directory.Exists(directory));
    }

    [Fact]
    public void CleanUp_PidInUseByAnotherProcess_IsNotKilled()
    {
        using var bystander = Process.Start("sleep", "60");
        var now = ProcessIdentity.Of(bystander.Id)!.Value;
        var run = FakeRun(Machine.Id, now with { StartTicks = now.StartTicks - 1 });

        Leftovers.CleanUp();

        Assert.False(Directory.Exists(run));
        Assert.True(now.IsAlive);
        bystander.Kill();
    }

    [Fact]
    public void CleanUp_RunOfAnotherContainer_IsLeftAlone()
    {
        var run = FakeRun(Machine.Id + "-other");

        Leftovers.CleanUp();

        Assert.True(Directory.Exists(run));
        Directory.Delete(run, recursive: true);
    }

    [Fact]
    public async Task Dispose_KilledAndHungServers_LeavesNoProcessDirectoryOrSharedMemory()
    {
        var postgres = await PostgresServer.StartPrimaryAsync();
        var redis = await RedisServer.StartNewAsync();
        var processes = ProcessTree.Descendants(ProcessIdentity.Self).Where(p => p.Pid == postgres.ProcessId).ToList();
        processes.AddRange(ProcessTree.Descendants(processes[0]));
        var home = Directory.GetParent((await File.ReadAllTextAsync($"/proc/{processes[0].Pid}/cmdline")).Split('\0')[2])!.FullName;
        var segment = (await File.ReadAllLinesAsync(Path.Combine(home, "data", "postmaster.pid")))[6].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        Assert.Contains(segment, Segments());

        await postgres.HangAsync();
        await redis.HangAsync();
        await postgres.DisposeAsync();
        await redis.DisposeAsync();

        Assert.True(processes.Count > 1);
        Assert.All(processes, p => Assert.False(p.IsAlive));
        Assert.False(Directory.Exists(home));
        Assert.DoesNotContain(segment, Segments());
    }

    private static IEnumerable<string> Segments() =>
        File.ReadAllLines("/proc/sysvipc/shm").Skip(1).Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);

    // Never alive: this process did not start earlier than it did.
    private static string FakeRun(string machine, params ProcessIdentity[] processes)
    {
        var dead = ProcessIdentity.Self with { StartTicks = Interlocked.Increment(ref s_fakes) };
        var run = Path.Combine(RunDirectory.Root, dead.ToString());
        RunDirectory.Prepare();
        Directory.CreateDirectory(run);
        File.WriteAllLines(Path.Combine(run, RunDirectory.ProcessesFile), [machine, .. processes.Select(p => p.ToString())]);
        return run;
    }

    private static string DirectoryOf(ServiceProcess owner) => DirectoriesOf(owner).Single();

    private static string[] DirectoriesOf(ServiceProcess owner) =>
        Directory.GetDirectories(RunDirectory.Root, owner.ProcessId.ToString(CultureInfo.InvariantCulture) + "-*");

    private static async Task<ProcessIdentity> ServerOfAsync(ServiceProcess owner) =>
        ProcessIdentity.Of(await PidOfServerAsync(owner)) ?? throw new InvalidOperationException("The server is gone already.");

    private static async Task<int> PidOfServerAsync(ServiceProcess owner)
    {
        string? line = null;
        await Eventually.UntilAsync(
            () => (line = owner.Output.FirstOrDefault(l => l.StartsWith("started ", StringComparison.Ordinal))) is not null,
            () => $"The owner started nothing: {string.Join(" | ", owner.Output)}", CancellationToken.None);
        return int.Parse(line!.Split(' ')[1], CultureInfo.InvariantCulture);
    }

    // ServiceProcess.KillAsync would end the children too, which is what must not happen here.
    private static void KillOnly(ServiceProcess owner)
    {
        using var process = Process.GetProcessById(owner.ProcessId);
        process.Kill(entireProcessTree: false);
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(10)));
    }
}
