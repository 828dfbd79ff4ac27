namespace PaymentService.Services;

/// <summary>Reads what a service answers, within bounds of size and time.</summary>
internal static class JsonAnswer
{
    private const int MaxBytes = 256 * 1024;

    // For the pipeline a call is over when its headers are here, so the body needs a bound of its own.
    private static readonly TimeSpan BodyDeadline = TimeSpan.FromSeconds(1);

    /// <exception cref="HttpRequestException">The service failed, refused or answered with something else.</exception>
    public static async ValueTask<T> GetAsync<T>(HttpClient http, string path, TimeProvider timeProvider, CancellationToken cancellationToken)
        where T : class
    {
        using var response = await http.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        using var deadline = new CancellationTokenSource(BodyDeadline, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await response.Content.LoadIntoBufferAsync(MaxBytes, either.Token);
            return await response.Content.ReadFromJsonAsync<T>(either.Token)
                ?? throw new HttpRequestException($"'{path}' was answered with null.");
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException($"The answer to '{path}' was not complete within {BodyDeadline.TotalSeconds} s.", e);
        }
        catch (System.Text.Json.JsonException e)
        {
            throw new HttpRequestException($"'{path}' was answered with something that is not the JSON expected.", e);
        }
    }
}
