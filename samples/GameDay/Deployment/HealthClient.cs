using System.Net.Http.Json;
using System.Text.Json;

namespace GameDay.Deployment;

/// <summary>Asks the service how it is. Thread-safe.</summary>
internal sealed class HealthClient(Uri service) : IDisposable
{
    // A server writes the date of its answers anew each second.
    private const int ClockAttempts = 12;
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(5);

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

    /// <summary>Compares the date of its answers with the true time; null as soon as they differ by about as much as they should.</summary>
    public async Task<string?> DisproofOfClockAsync(TimeSpan ahead, TimeProvider time, CancellationToken ct)
    {
        TimeSpan? seen = null;
        for (var attempt = 0; attempt < ClockAttempts; attempt++)
        {
            using var response = await _http.GetAsync(new Uri("health/live", UriKind.Relative), ct);
            seen = response.Headers.Date - time.GetUtcNow();
            if ((seen - ahead)?.Duration() < ClockTolerance)
            {
                return null;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(250), time, ct);
        }

        return $"its clock is {seen?.TotalSeconds:0.0} s ahead";
    }

    public void Dispose() => _http.Dispose();
}
