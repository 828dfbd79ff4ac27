using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Resilience.Degradation.Alerts;

/// <summary>Posts JSON to a receiver of alerts.</summary>
internal abstract class JsonSink(IHttpClientFactory clients, Uri address) : IAlertSink
{
    /// <summary>The HTTP client of all sinks.</summary>
    public const string Client = "dr-alerts";

    public abstract string Name { get; }

    public virtual bool Deduplicates => true;

    public async Task SendAsync(AlertNotice alert, CancellationToken cancellationToken)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        await using (var json = new Utf8JsonWriter(buffer))
        {
            Write(json, alert);
        }

        using var client = clients.CreateClient(Client);
        using var content = new ReadOnlyMemoryContent(buffer.WrittenMemory) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using var response = await client.PostAsync(address, content, cancellationToken);
        response.EnsureSuccessStatusCode();
    }

    protected abstract void Write(Utf8JsonWriter json, AlertNotice alert);
}
