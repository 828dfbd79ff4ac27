using System.Net.Http.Json;
using System.Text.Json;

namespace GameDay.Deployment;

/// <summary>Asks the service how it is. Thread-safe.</summary>
internal sealed class HealthClient(Uri service) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = service, Timeout = TimeSpan.FromSeconds(2) };

    /// <summary>Null when there was no usable answer.</summary>
    public async Task<ServiceHealth?> TryReadAsync(CancellationToken ct)
    {
        try
        {
            // Not by status: a service that says 503 still says why.
            using var response = await _http.GetAsync(new Uri("health", UriKind.Relative), ct);
            return ServiceHealth.Parse(await response.Content.ReadFromJsonAsync<JsonElement>(ct));
        }
        catch (Exception e) when (
            e is HttpRequestException or JsonException or IOException or KeyNotFoundException or InvalidOperationException
            || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            return null;
        }
    }

    public void Dispose() => _http.Dispose();
}
