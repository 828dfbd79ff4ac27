using Resilience.TestKit;

namespace Resilience.IntegrationTests.TestKit;

[Collection(HelperProgramCollection.Name)]
public sealed class ServiceProcessTests(HelperProgram helper)
{
    [Fact]
    public async Task Start_Serves_AndTakesEnvironmentAndOutput()
    {
        await using var service = await ServiceProcess.StartAsync(Options("serve"), "/health");

        using var http = new HttpClient { BaseAddress = service.BaseAddress };
        Assert.Equal(System.Net.HttpStatusCode.NotFound, (await http.GetAsync(new Uri("/other", UriKind.Relative))).StatusCode);
        Assert.Contains("greeting hello", service.Output);
        Assert.Contains("on stderr", service.Output);
        Assert.False(service.HasExited);
        Assert.Null(service.ExitCode);
    }

    [Fact]
    public async Task Terminate_ShutsDownGracefully_AndRestartServesOnTheSamePort()
    {
        await using var service = await ServiceProcess.StartAsync(Options("serve"), "/health");
        var (address, first) = (service.BaseAddress, service.ProcessId);

        Assert.Equal(0, await service.TerminateAsync());
        Assert.True(service.HasExited);

        await service.RestartAsync();
        await service.WaitUntilRespondingAsync("/health");
        Assert.Equal(address, service.BaseAddress);
        Assert.NotEqual(first, service.ProcessId);
    }

    [Fact]
    public async Task Kill_ExitCodeTellsTheSignal()
    {
        await using var service = await ServiceProcess.StartAsync(Options("serve"), "/health");

        await service.KillAsync();

        Assert.Equal(128 + 9, service.ExitCode);
    }

    [Fact]
    public async Task WaitUntilResponding_ProgramCrashes_TellsCodeAndOutputAtOnce()
    {
        await using var service = ServiceProcess.Launch(Options("crash"));

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => service.WaitUntilRespondingAsync("/health"));

        Assert.Contains("code 7", error.Message, StringComparison.Ordinal);
        Assert.Contains("about to crash", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void For_SampleThatIsNotBuilt_SaysHowToBuildIt()
    {
        var error = Assert.Throws<FileNotFoundException>(() => ServicePaths.For("NoSuchSample"));

        Assert.Contains("samples/NoSuchSample", error.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(ServicePaths.RepositoryRoot, "Resilience.sln")));
    }

    private ServiceProcessOptions Options(string mode) => new()
    {
        Program = helper.Path,
        Arguments = [mode],
        Environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["GREETING"] = "hello" },
    };
}
