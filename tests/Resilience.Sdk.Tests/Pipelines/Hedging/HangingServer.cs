using System.Net;

namespace Resilience.Sdk.Tests.Pipelines.Hedging;

/// <summary>Takes requests in as a server does, writing each body out once, and answers from a given attempt on; the ones before hang until told.</summary>
internal sealed class HangingServer(int answersFrom) : HttpMessageHandler
{
    private readonly Lock _lock = new();
    private readonly List<(HttpRequestMessage Request, string Bytes, string Headers)> _seen = [];
    private readonly List<TaskCompletionSource<CountedResponse>> _hanging = [];
    private readonly List<CancellationToken> _tokens = [];

    public bool IgnoresCancellation { get; init; }

    public bool WinnerWasCancelled { get; private set; }

    public IReadOnlyList<CancellationToken> Tokens => _tokens;

    public IReadOnlyList<(HttpRequestMessage Request, string Bytes, string Headers)> Seen
    {
        get
        {
            lock (_lock)
            {
                return [.. _seen];
            }
        }
    }

    public CountedResponse AnswerTheFirst(HttpStatusCode status = HttpStatusCode.OK) => Answer(0, status);

    public CountedResponse Answer(int attempt, HttpStatusCode status)
    {
        var response = new CountedResponse(status);
        _hanging[attempt].SetResult(response);
        return response;
    }

    public async Task WhenSeenAsync(int requests)
    {
        for (var i = 0; i < 1000 && Seen.Count < requests; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }

        Assert.True(Seen.Count >= requests, $"{Seen.Count} of {requests} requests arrived.");
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        await request.Content!.CopyToAsync(body, cancellationToken);
        _ = request.Content.Headers.ContentLength;
        var hanging = new TaskCompletionSource<CountedResponse>(TaskCreationOptions.RunContinuationsAsynchronously);
        int attempt;
        lock (_lock)
        {
            attempt = _seen.Count;
            _hanging.Add(hanging);
            _tokens.Add(cancellationToken);
            _seen.Add((request, Convert.ToHexString(body.ToArray()), $"{request.Headers}{request.Content.Headers}"));
        }

        if (attempt >= answersFrom)
        {
            WinnerWasCancelled = cancellationToken.IsCancellationRequested;
            return new CountedResponse(HttpStatusCode.OK);
        }

        using var cancelled = IgnoresCancellation ? default : cancellationToken.Register(() => hanging.TrySetCanceled(cancellationToken));
        return await hanging.Task;
    }
}
