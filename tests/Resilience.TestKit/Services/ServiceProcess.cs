using System.Diagnostics;
using System.Globalization;
using Resilience.TestKit.Processes;
using Resilience.TestKit.Services;

namespace Resilience.TestKit;

/// <summary>A built .NET service that runs as a process of its own on a port of its own.</summary>
/// <remarks>Members are for one caller at a time, except <see cref="Output"/>, which may be read at any time.</remarks>
public sealed class ServiceProcess : IAsyncDisposable
{
    private static readonly TimeSpan TerminationPatience = TimeSpan.FromSeconds(30);

    private readonly ServiceProcessOptions _options;
    private readonly OutputBuffer _output;
    private readonly string? _ownDirectory;
    private readonly HttpClient _http;
    private Process? _process;
    private ProcessIdentity _identity;

    private ServiceProcess(ServiceProcessOptions options)
    {
        _options = options;
        _output = new OutputBuffer(options.OutputLines);
        Name = options.Name ?? Path.GetFileNameWithoutExtension(options.Program);
        _ownDirectory = options.WorkingDirectory is null ? RunDirectory.CreateDirectory(Name) : null;
        Port = options.Port ?? FreePort.Reserve();
        BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://{options.Host}:{Port}/"));
        _http = new HttpClient { BaseAddress = BaseAddress, Timeout = TimeSpan.FromSeconds(2) };
    }

    /// <summary>The name in messages.</summary>
    public string Name { get; }

    /// <summary>The port, given to the service in ASPNETCORE_URLS; it stays the same over restarts.</summary>
    public int Port { get; }

    /// <summary>Where the service listens.</summary>
    public Uri BaseAddress { get; }

    /// <summary>The last lines of standard output and error, of all runs.</summary>
    public IReadOnlyList<string> Output => _output.Snapshot();

    /// <summary>The pid of the current or last run.</summary>
    public int ProcessId => _identity.Pid;

    /// <summary>Whether the current run has ended.</summary>
    public bool HasExited => _process is null || _process.HasExited;

    /// <summary>The exit code of the ended run, or null while it runs; 128 + n when signal n ended it.</summary>
    public int? ExitCode => _process is { HasExited: true } process ? process.ExitCode : null;

    /// <summary>Starts a service; does not wait for it to listen.</summary>
    /// <param name="options">What to run.</param>
    /// <returns>The started service; disposing of it kills it.</returns>
    public static ServiceProcess Launch(ServiceProcessOptions options)
    {
        TestKitLifetime.Enter();
        var service = new ServiceProcess(options);
        try
        {
            service.Run();
            return service;
        }
        catch
        {
            service.RemoveOwnDirectory();
            throw;
        }
    }

    /// <summary>Starts a service and waits until it answers.</summary>
    /// <param name="options">What to run.</param>
    /// <param name="path">The path that must answer with success.</param>
    /// <param name="ct">Gives up and kills the service.</param>
    /// <returns>The running service; disposing of it kills it.</returns>
    public static async Task<ServiceProcess> StartAsync(
        ServiceProcessOptions options, string path = "/health/ready", CancellationToken ct = default)
    {
        var service = Launch(options);
        try
        {
            await service.WaitUntilRespondingAsync(path, ct);
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits until the service answers a GET with a success status.</summary>
    /// <param name="path">The path.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>A task.</returns>
    /// <exception cref="InvalidOperationException">The service ended meanwhile; the message holds its last lines.</exception>
    /// <exception cref="TimeoutException">It did not answer within 30 s; the message holds its last lines.</exception>
    public Task WaitUntilRespondingAsync(string path, CancellationToken ct = default) =>
        Eventually.UntilAsync(
            async token =>
            {
                if (!HasExited)
                {
                    return await AnswersAsync(path, token);
                }

                // Its last words may still be under way.
                await _process!.WaitForExitAsync(token);
                throw new InvalidOperationException($"'{Name}' ended with code {ExitCode}. Its output ends: {_output.Tail()}");
            },
            () => $"'{Name}' does not answer {path}. Its output ends: {_output.Tail()}", ct);

    /// <summary>Asks the service to end with SIGTERM and waits until it has.</summary>
    /// <param name="patience">The bound; 30 s when null.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="TimeoutException">It is still running; call <see cref="KillAsync"/>.</exception>
    public async Task<int> TerminateAsync(TimeSpan? patience = null, CancellationToken ct = default)
    {
        _identity.TrySend(Signal.Terminate);
        await Eventually.UntilAsync(
            () => HasExited, () => $"'{Name}' did not end after SIGTERM. Its output ends: {_output.Tail()}", ct, patience ?? TerminationPatience);
        RunDirectory.Remove(_identity);
        return _process!.ExitCode;
    }

    /// <summary>Ends the service and its children with SIGKILL and waits until they are gone.</summary>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>A task.</returns>
    public async Task KillAsync(CancellationToken ct = default)
    {
        if (_process is not null)
        {
            await ProcessTree.WaitUntilGoneAsync(ProcessTree.Kill(_identity), ct);
            await _process.WaitForExitAsync(ct);
            RunDirectory.Remove(_identity);
        }
    }

    /// <summary>Starts the service again on the same port, after killing it if it still runs; does not wait for it to listen.</summary>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>A task.</returns>
    public async Task RestartAsync(CancellationToken ct = default)
    {
        await KillAsync(ct);
        Run();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync(CancellationToken.None);
        _process?.Dispose();
        _process = null;
        _http.Dispose();
        RemoveOwnDirectory();
    }

    private void RemoveOwnDirectory()
    {
        if (_ownDirectory is not null)
        {
            RunDirectory.RemoveDirectory(_ownDirectory);
        }
    }

    private void Run()
    {
        var start = new ProcessStartInfo("setsid", [DotnetHost, _options.Program, .. _options.Arguments])
        {
            WorkingDirectory = _options.WorkingDirectory ?? _ownDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["ASPNETCORE_URLS"] = BaseAddress.GetLeftPart(UriPartial.Authority);
        foreach (var (name, value) in _options.Environment)
        {
            start.Environment[name] = value;
        }

        _process?.Dispose();
        _process = Command.Start(start);
        _process.OutputDataReceived += (_, line) => _output.Add(line.Data);
        _process.ErrorDataReceived += (_, line) => _output.Add(line.Data);
        _identity = ProcessIdentity.Of(_process.Id) ?? throw new InvalidOperationException($"'{Name}' ended at once.");
        RunDirectory.Add(_identity);
        _process.StandardInput.Close();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    // The host of this process knows where its runtime is; a dotnet on PATH may be another one.
    private static string DotnetHost =>
        Environment.GetEnvironmentVariable("DOTNET_HOST_PATH")
        ?? (Path.GetFileNameWithoutExtension(Environment.ProcessPath) is "dotnet" ? Environment.ProcessPath! : "dotnet");

    private async Task<bool> AnswersAsync(string path, CancellationToken ct)
    {
        try
        {
            using var response = await _http.GetAsync(new Uri(path, UriKind.Relative), ct);
            return response.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !ct.IsCancellationRequested)
        {
            return false;
        }
    }
}
