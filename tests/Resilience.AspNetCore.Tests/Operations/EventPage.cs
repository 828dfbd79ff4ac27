namespace Resilience.AspNetCore.Tests.Operations;

/// <summary>An open page, as far as its stream of events goes.</summary>
internal sealed class EventPage : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly HttpResponseMessage _answer;
    private readonly StreamReader _lines;

    private EventPage(HttpResponseMessage answer, StreamReader lines)
    {
        _answer = answer;
        _lines = lines;
    }

    public static async Task<EventPage> OpenAsync(HttpClient client)
    {
        var answer = await client.GetAsync("/dr/api/events", HttpCompletionOption.ResponseHeadersRead).WaitAsync(Patience);
        Assert.Equal("text/event-stream", answer.EnsureSuccessStatusCode().Content.Headers.ContentType!.MediaType);
        return new EventPage(answer, new StreamReader(await answer.Content.ReadAsStreamAsync()));
    }

    public async Task<(string Name, string Data)> NextAsync() =>
        await TryNextAsync() ?? throw new InvalidOperationException("The stream has ended.");

    /// <summary>The name of the last event before the stream ended.</summary>
    public async Task<string> LastNameAsync()
    {
        var name = "";
        while (await TryNextAsync() is { } next)
        {
            name = next.Name;
        }

        return name;
    }

    public void Dispose()
    {
        _lines.Dispose();
        _answer.Dispose();
    }

    private async Task<(string Name, string Data)?> TryNextAsync()
    {
        var (name, data) = ("", "");
        while (await _lines.ReadLineAsync().WaitAsync(Patience) is { } line)
        {
            if (line.Length == 0)
            {
                return (name, data);
            }

            name = line.StartsWith("event: ", StringComparison.Ordinal) ? line[7..] : name;
            data = line.StartsWith("data: ", StringComparison.Ordinal) ? line[6..] : data;
        }

        return null;
    }
}
