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
        using System.Net;
        using Resilience.TestKit;

        if (args[0] == "serve")
        {
            using var listener = new HttpListener();
            listener.Prefixes.Add(Environment.GetEnvironmentVariable("ASPNETCORE_URLS") + "/");
            listener.Start();
            Console.WriteLine("greeting " + Environment.GetEnvironmentVariable("GREETING"));
            Console.Error.WriteLine("on stderr");
            while (true)
            {
                var context = await listener.GetContextAsync();
                context.Response.StatusCode = context.Request.Url!.AbsolutePath == "/health" ? 200 : 503;
                context.Response.Close();
            }
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
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <UseAppHost>false</UseAppHost>
                <InvariantGlobalization>true</InvariantGlobalization>
              </PropertyGroup>
              <ItemGroup>
                <Reference Include="{kit}Resilience.TestKit.dll" />
                <Reference Include="{kit}Npgsql.dll" />
                <Reference Include="{kit}Microsoft.Extensions.Logging.Abstractions.dll" Condition="Exists('{kit}Microsoft.Extensions.Logging.Abstractions.dll')" />
                <Reference Include="{kit}Microsoft.Extensions.DependencyInjection.Abstractions.dll" Condition="Exists('{kit}Microsoft.Extensions.DependencyInjection.Abstractions.dll')" />
              </ItemGroup>
            </Project>
            """);
        var start = new ProcessStartInfo("dotnet", ["build", _directory, "-o", System.IO.Path.Combine(_directory, "out"), "-nodeReuse:false", "-v:q"])
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
