using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Resilience.IntegrationTests.Payments;

/// <summary>Takes what an Alertmanager and a channel of Slack take. To the former each replica may tell of the same alert, because there equal labels are one.</summary>
internal sealed class AlertReceiver(WebApplication app) : IAsyncDisposable
{
    public ConcurrentBag<string> Told { get; } = [];

    public ConcurrentDictionary<string, int> Firing { get; } = new(StringComparer.Ordinal);

    public ConcurrentDictionary<string, int> Resolved { get; } = new(StringComparer.Ordinal);

    public void Forget()
    {
        Told.Clear();
        Firing.Clear();
        Resolved.Clear();
    }

    public Uri Address => new(app.Urls.First());

    public static async Task<AlertReceiver> StartAsync()
    {
        AlertReceiver? receiver = null;
        var app = await LocalServer.StartAsync(app =>
        {
            app.MapPost("/api/v2/alerts", async (HttpRequest request) =>
            {
                foreach (var alert in (await JsonDocument.ParseAsync(request.Body)).RootElement.EnumerateArray())
                {
                    var end = alert.TryGetProperty("endsAt", out var at) ? at.GetDateTimeOffset() : DateTimeOffset.MaxValue;
                    var about = alert.GetProperty("labels").GetRawText();
                    (end <= TimeProvider.System.GetUtcNow() ? receiver!.Resolved : receiver!.Firing).AddOrUpdate(about, 1, (_, times) => times + 1);
                }
            });
            app.MapPost("/slack", async (HttpRequest request) =>
            {
                using var message = await JsonDocument.ParseAsync(request.Body);
                receiver!.Told.Add(message.RootElement.GetProperty("text").GetString()!);
            });
        });
        return receiver = new AlertReceiver(app);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
