using System.Text.Json;

namespace PaymentService.Services;

/// <summary>Asks a service for JSON.</summary>
internal static class JsonAnswer
{
    /// <exception cref="HttpRequestException">The service failed, refused or answered with something else.</exception>
    public static async ValueTask<T> GetAsync<T>(HttpClient http, string path, TimeProvider timeProvider, CancellationToken cancellationToken)
        where T : class
    {
        using var response = await http.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        await AnswerBody.LoadAsync(response.Content, timeProvider, cancellationToken);
        try
        {
            return await response.Content.ReadFromJsonAsync<T>(cancellationToken)
                ?? throw new HttpRequestException($"'{path}' was answered with null.");
        }
        catch (JsonException e)
        {
            throw new HttpRequestException($"'{path}' was answered with something that is not the JSON expected.", e);
        }
    }
}
