using System.Diagnostics;
using Resilience.TestKit;

namespace Resilience.IntegrationTests.TestKit;

/// <summary>
/// A small program built once per test run: a service to start and stop, and an owner of servers that may be killed. No
/// sample can be the latter, because a killed owner must not clean up.
/// </summary>
public sealed class HelperProgram : IAsyncLifetime
{
    private const string Source = """
        using Resilience.TestKit;

        if (args[0] == "serve")
        {
            var app = WebApplication.CreateBuilder().Build();
            var name = Environment.GetEnvironmentVariable("GREETING");
            app.MapGet("/health", () => "ok");
            app.MapGet("/name", () => name);
            app.MapGet("/now", () => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
            app.MapGet("/second", async () =>
            {
                var began = System.Diagnostics.Stopwatch.StartNew();
                await Task.Delay(1000);
                return $"{began.ElapsedMilliseconds}";
            });
            // Without an answer, after the request was read.
            app.Map("/die-as/{victim}", (string victim) =>
            {
                if (victim == name)
                {
                    System.Diagnostics.Process.GetCurrentProcess().Kill();
                }

                return name;
            });
            Console.WriteLine("greeting " + Environment.GetEnvironmentVariable("GREETING"));
            Console.Error.WriteLine("on stderr");
            await app.RunAsync();
            return 0;
        }

        if (args[0] == "crash")
        {
            Console.WriteLine("about to crash");
            return 7;
        }

        if (args[0] == "signals")
        {
            TestKitLifetime.EndEverythingOnExit();
        }

        var postgres = await PostgresServer.StartPrimaryAsync();
        Console.WriteLine("started " + postgres.ProcessId);
        if (args[0] == "exit")
        {
            return 0;
        }

        await Task.Delay(Timeout.Infinite);
        return 0;
        """;

    private readonly string _directory = Directory.CreateTempSubdirectory("resilience-testkit-helper-").FullName;

    public string Path => System.IO.Path.Combine(_directory, "out", "Helper.dll");

    public async Task InitializeAsync()
    {
        var kit = AppContext.BaseDirectory;
        await File.WriteAllTextAsync(System.IO.Path.Combine(_directory, "Program.cs"), Source);
        await File.WriteAllTextAsync(System.IO.Path.Combine(_directory, "Helper.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk.Web">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <UseAppHost>false</UseAppHost>
                <InvariantGlobalization>true</InvariantGlobalization>
              </PropertyGroup>
              <ItemGroup>
                <Reference Include="{kit}Resilience.TestKit.dll" />
                <Reference Include="{kit}Npgsql.dll" />
              </ItemGroup>
            </Project>
            """);
        var start = new ProcessStartInfo("dotnet", ["build", _directory, "-o", System.IO.Path.Combine(_directory, "out"), "-nodeReuse:false", "-p:UseSharedCompilation=false", "-v:q"])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var build = Process.Start(start)!;
        var output = await build.StandardOutput.ReadToEndAsync();
        await build.WaitForExitAsync();
        Assert.True(build.ExitCode == 0, output);
    }

    public Task DisposeAsync()
    {
        Directory.Delete(_directory, recursive: true);
        return Task.CompletedTask;
    }
}
