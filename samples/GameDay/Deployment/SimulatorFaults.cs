using System.Net.Http.Json;
using System.Text.Json;

namespace GameDay.Deployment;

/// <summary>Tells the simulated services how to misbehave.</summary>
internal sealed class SimulatorFaults(Uri simulators) : IAsyncDisposable
{
    public static IReadOnlyList<string> Services { get; } = ["payment-gateway", "ml-service", "elasticsearch"];

    private readonly HttpClient _http = new() { BaseAddress = simulators, Timeout = TimeSpan.FromSeconds(5) };

    public async Task SetAsync(string service, object fault, CancellationToken ct)
    {
        using var response = await _http.PutAsJsonAsync(Of(service), fault, ct);
        response.EnsureSuccessStatusCode();
    }

    public async Task HealAsync(string service, CancellationToken ct)
    {
        using var response = await _http.DeleteAsync(Of(service), ct);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Whether the simulator says that a service has a fault now.</summary>
    public async Task<bool> IsFaultyAsync(string service, CancellationToken ct)
    {
        var faults = await _http.GetFromJsonAsync<JsonElement>(new Uri("faults", UriKind.Relative), ct);
        return faults.GetProperty(service) is var fault
            && (fault.GetProperty("hang").GetBoolean() || fault.GetProperty("down").GetBoolean()
                || fault.GetProperty("failureRate").GetDouble() > 0 || fault.GetProperty("latencyMs").GetDouble() > 0);
    }

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }

    private static Uri Of(string service) => new($"faults/{service}", UriKind.Relative);
}
