namespace PaymentService.Services;

/// <summary>Reads the bodies of what services answer, within bounds of size and time.</summary>
internal static class AnswerBody
{
    private const int MaxBytes = 64 * 1024;

    // For the pipeline a call is over when its headers are here, so the body needs a bound of its own.
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(1);

    /// <summary>Loads the whole body, so that reading it afterwards does not wait.</summary>
    /// <exception cref="HttpRequestException">It is too long, breaks off or takes too long.</exception>
    public static async Task LoadAsync(HttpContent content, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Deadline, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            await content.LoadIntoBufferAsync(MaxBytes, either.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException($"The answer was not complete within {Deadline.TotalSeconds} s.", e);
        }
    }
}
