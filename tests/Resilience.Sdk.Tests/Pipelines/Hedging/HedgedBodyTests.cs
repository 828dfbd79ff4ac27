using System.Net;
using System.Net.Http.Json;
using System.Text;
using Polly.Timeout;
using Resilience.Pipelines;
using Resilience.Pipelines.CircuitBreaker;
using Resilience.Pipelines.Hedging;
using Resilience.Pipelines.Http;
using Resilience.Pipelines.Retry;
using Resilience.Pipelines.Timeouts;
using Resilience.TestKit;

namespace Resilience.Sdk.Tests.Pipelines.Hedging;

/// <summary>Hedges of requests with a body: what each attempt carries, and who disposes what.</summary>
public sealed class HedgedBodyTests
{
    private const string Text = "{\"amount\":12.5}";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly ManualTimeProvider _time = new();

    private static DependencyOptions Hedged { get; } = new()
    {
        Retry = new RetryOptions { Enabled = false, Budget = null },
        CircuitBreaker = new CircuitBreakerOptions { Mode = CircuitBreakerMode.Disabled },
        Hedging = new HedgingOptions { Enabled = true, Delay = TimeSpan.FromMilliseconds(100) },
        Http = new HttpDependencyOptions { MaxReplayedBody = 1000 },
    };

    public static TheoryData<string> Small() => ["bytes", "string", "memory", "json", "one-shot", "multipart", "empty", "at the limit"];

    public static TheoryData<string> TooLargeOrUnknown() => ["one-shot", "rewindable", "multipart", "unknown"];

    [Theory]
    [MemberData(nameof(Small))]
    public async Task Put_Slow_BothAttemptsCarryTheSameBytesAndHeaders(string kind)
    {
        var server = new HangingServer(answersFrom: 1);
        using var request = new HttpRequestMessage(HttpMethod.Put, "http://a/x") { Content = Body(kind), Headers = { { "X-Trace", "t" } } };
        request.Content.Headers.ContentLanguage.Add("de");

        using var response = await SendAsync(Hedged, server, request);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(2, server.Seen.Count);
        Assert.Equal(server.Seen[0].Bytes, server.Seen[1].Bytes);
        Assert.Equal(server.Seen[0].Headers, server.Seen[1].Headers);
        Assert.Contains("Content-Language: de", server.Seen[1].Headers, StringComparison.Ordinal);
        Assert.Contains($"Content-Length: {server.Seen[0].Bytes.Length / 2}", server.Seen[1].Headers, StringComparison.Ordinal);
        Assert.Contains("X-Trace: t", server.Seen[1].Headers, StringComparison.Ordinal);
        Assert.Same(request, server.Seen[0].Request);
        Assert.NotSame(request, server.Seen[1].Request);
    }

    [Fact]
    public async Task Put_OneShot_CarriesTheBytesOfTheStream()
    {
        var server = new HangingServer(answersFrom: 1);
        using var request = new HttpRequestMessage(HttpMethod.Put, "http://a/x") { Content = Body("one-shot") };

        using var response = await SendAsync(Hedged, server, request);

        Assert.All(server.Seen, seen => Assert.Equal(Convert.ToHexString(Encoding.UTF8.GetBytes(Text)), seen.Bytes));
    }

    [Theory]
    [InlineData("POST", false, 1)]
    [InlineData("POST", true, 2)]
    [InlineData("PATCH", false, 1)]
    [InlineData("PUT", false, 2)]
    public async Task Method_OnlyIdempotentIsHedged(string method, bool hasKey, int attempts)
    {
        var server = new HangingServer(answersFrom: 1);
        using var request = new HttpRequestMessage(new HttpMethod(method), "http://a/x") { Content = Body("one-shot") };
        if (hasKey)
        {
            request.Headers.Add("Idempotency-Key", "k");
        }

        var sending = Client(Hedged, server).SendAsync(request);
        await server.WhenSeenAsync(1);
        _time.Advance(TimeSpan.FromMilliseconds(150));
        if (attempts > 1)
        {
            await server.WhenSeenAsync(attempts);
        }
        else
        {
            server.AnswerTheFirst();
        }

        using var response = await sending.WaitAsync(Patience, TimeProvider.System);
        Assert.Equal(attempts, server.Seen.Count);
    }

    [Theory]
    [MemberData(nameof(TooLargeOrUnknown))]
    public async Task Put_TooLargeOrUnknown_IsSentOnceAndItsAnswerComesBack(string kind)
    {
        var server = new HangingServer(answersFrom: int.MaxValue);
        var content = new string('x', 5000);
        using var request = new HttpRequestMessage(HttpMethod.Put, "http://a/x")
        {
            Content = kind switch
            {
                "one-shot" => new StreamContent(new OneShotStream(content)),
                "rewindable" => new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes(content))),
                "multipart" => new MultipartContent("mixed", "b") { new StringContent(content) },
                _ => new UnknownLength(content),
            },
        };

        var sending = Client(Hedged with { Retry = new RetryOptions { MaxRetryAttempts = 3, Delay = TimeSpan.Zero, Budget = null } }, server).SendAsync(request);
        await server.WhenSeenAsync(1);
        _time.Advance(TimeSpan.FromMilliseconds(150));
        server.AnswerTheFirst(HttpStatusCode.InternalServerError);

        using var response = await sending.WaitAsync(Patience, TimeProvider.System);
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        var seen = Assert.Single(server.Seen);
        Assert.Contains(Convert.ToHexString(Encoding.UTF8.GetBytes(content)), seen.Bytes, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Put_JsonTooLarge_IsNotHedgedButRepeated()
    {
        var server = new HangingServer(answersFrom: 1);
        using var request = new HttpRequestMessage(HttpMethod.Put, "http://a/x") { Content = JsonContent.Create(new string('x', 5000)) };

        var sending = Client(Hedged with { Retry = new RetryOptions { MaxRetryAttempts = 3, Delay = TimeSpan.Zero, Budget = null } }, server).SendAsync(request);
        await server.WhenSeenAsync(1);
        _time.Advance(TimeSpan.FromMilliseconds(150));
        Assert.Single(server.Seen);
        server.AnswerTheFirst(HttpStatusCode.InternalServerError);

        using var response = await sending.WaitAsync(Patience, TimeProvider.System);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(server.Seen[0].Bytes, server.Seen[1].Bytes);
    }

    [Fact]
    public async Task Loser_AnswersAfterAll_IsDisposedOnceAndTheWinnerIsNotTouched()
    {
        var server = new HangingServer(answersFrom: 1) { IgnoresCancellation = true };
        using var request = new HttpRequestMessage(HttpMethod.Put, "http://a/x") { Content = Body("one-shot") };

        using var winner = await SendAsync(Hedged, server, request);
        Assert.True(server.Tokens[0].IsCancellationRequested);
        Assert.False(server.WinnerWasCancelled);
        var loser = server.AnswerTheFirst();

        await loser.WhenDisposedAsync();
        Assert.Equal(1, loser.Disposals);
        Assert.Equal(0, ((CountedResponse)winner).Disposals);
        Assert.Equal("answer", await winner.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Retry_AfterHedgedAttemptsFailed_CarriesTheSameBytes()
    {
        var server = new HangingServer(answersFrom: 2);
        var options = Hedged with { Retry = new RetryOptions { MaxRetryAttempts = 1, Delay = TimeSpan.Zero, Budget = null } };
        using var request = new HttpRequestMessage(HttpMethod.Put, "http://a/x") { Content = Body("one-shot") };

        var sending = Client(options, server).SendAsync(request);
        await server.WhenSeenAsync(1);
        _time.Advance(TimeSpan.FromMilliseconds(150));
        await server.WhenSeenAsync(2);
        server.Answer(1, HttpStatusCode.InternalServerError);
        server.AnswerTheFirst(HttpStatusCode.InternalServerError);

        using var response = await sending.WaitAsync(Patience, TimeProvider.System);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(3, server.Seen.Count);
        Assert.All(server.Seen, seen => Assert.Equal(server.Seen[0].Bytes, seen.Bytes));
        Assert.Equal(3, server.Seen.Select(seen => seen.Request).Distinct().Count());
    }

    [Fact]
    public async Task Body_ThatDoesNotCome_CountsAgainstTheTotalTimeout()
    {
        var server = new HangingServer(answersFrom: 0);
        var options = Hedged with
        {
            TotalRequestTimeout = new TimeoutOptions { Timeout = TimeSpan.FromSeconds(2) },
            AttemptTimeout = new TimeoutOptions { Timeout = TimeSpan.FromSeconds(1) },
        };
        using var request = new HttpRequestMessage(HttpMethod.Put, "http://a/x") { Content = new StreamContent(new StalledStream()) };

        var sending = Client(options, server).SendAsync(request);
        Assert.False(sending.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(2.1));

        var exception = await Assert.ThrowsAsync<TimeoutRejectedException>(() => sending.WaitAsync(Patience, TimeProvider.System));
        Assert.Contains("body", exception.Message, StringComparison.Ordinal);
        Assert.Empty(server.Seen);
    }

    private static HttpContent Body(string kind) => kind switch
    {
        "bytes" => new ByteArrayContent(Encoding.UTF8.GetBytes(Text)),
        "string" => new StringContent(Text, Encoding.UTF8, "application/json"),
        "memory" => new ReadOnlyMemoryContent(Encoding.UTF8.GetBytes(Text)),
        "json" => JsonContent.Create(new { amount = 12.5m, note = "ü" }),
        "multipart" => new MultipartContent("mixed", "boundary") { new StringContent(Text) },
        "empty" => new StreamContent(new OneShotStream("")),
        "at the limit" => new StreamContent(new OneShotStream(new string('y', 1000))),
        _ => new StreamContent(new OneShotStream(Text)),
    };

    private async Task<HttpResponseMessage> SendAsync(DependencyOptions options, HangingServer server, HttpRequestMessage request)
    {
        var sending = Client(options, server).SendAsync(request);
        await server.WhenSeenAsync(1);
        _time.Advance(TimeSpan.FromMilliseconds(150));
        return await sending.WaitAsync(Patience, TimeProvider.System);
    }

    /// <summary>Not an HttpClient, which would read the answer's content ahead.</summary>
    private Sender Client(DependencyOptions options, HangingServer server) => new(new HttpMessageInvoker(
        new DependencyHandler(new Dependency("dependency", options, _time, () => new Random(1))) { InnerHandler = server }));

    private sealed class Sender(HttpMessageInvoker invoker)
    {
        public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) => invoker.SendAsync(request, CancellationToken.None);
    }

    private sealed class UnknownLength(string text) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => stream.WriteAsync(Encoding.UTF8.GetBytes(text)).AsTask();

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    private sealed class StalledStream : MemoryStream
    {
        public override bool CanSeek => false;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            return 0;
        }
    }
}
