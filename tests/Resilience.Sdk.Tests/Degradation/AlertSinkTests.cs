using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Resilience.Degradation;
using Resilience.Degradation.Alerts;
using Resilience.TestKit;

namespace Resilience.Sdk.Tests.Degradation;

/// <summary>What receivers get, and who is told of what.</summary>
public sealed class AlertSinkTests
{
    private static readonly AlertNotice Firing = new("search_service", "elasticsearch", AlertSeverity.Warning, "Search <degraded> & slow", new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero), null);
    private static readonly AlertNotice Resolved = Firing with { EndsAt = new DateTimeOffset(2025, 1, 1, 0, 5, 0, TimeSpan.Zero) };
    private readonly ManualTimeProvider _time = new();
    private readonly Receiver _receiver = new();

    [Fact]
    public async Task Alertmanager_FiringHoldsForAWhile_ResolvedHasEnded()
    {
        var sink = new AlertmanagerSink(_receiver, new Uri("http://alerts.example/"), _time);
        await sink.SendAsync(Firing, default);
        await sink.SendAsync(Resolved, default);

        Assert.All(_receiver.Sent, sent => Assert.Equal("http://alerts.example/api/v2/alerts", sent.Address));
        var (fires, ends) = (_receiver.Json(0)[0], _receiver.Json(1)[0]);
        Assert.Equal(fires.GetProperty("labels").GetRawText(), ends.GetProperty("labels").GetRawText());
        Assert.Equal(("search_service", "elasticsearch", "warning"), (Label(fires, "service"), Label(fires, "dependency"), Label(fires, "severity")));
        Assert.Equal(_time.GetUtcNow() + TimeSpan.FromMinutes(4), fires.GetProperty("endsAt").GetDateTimeOffset());
        Assert.Equal(Resolved.EndsAt, ends.GetProperty("endsAt").GetDateTimeOffset());
    }

    [Fact]
    public async Task PagerDuty_TriggersAndResolvesUnderOneKey()
    {
        var sink = new PagerDutySink(_receiver, new Uri("http://events.example/"), "routing");
        await sink.SendAsync(Firing, default);
        await sink.SendAsync(Resolved, default);

        Assert.Equal(("trigger", "resolve"), (Text(_receiver.Json(0), "event_action"), Text(_receiver.Json(1), "event_action")));
        Assert.Equal(Text(_receiver.Json(0), "dedup_key"), Text(_receiver.Json(1), "dedup_key"));
        Assert.Equal(("routing", "warning"), (Text(_receiver.Json(0), "routing_key"), Text(_receiver.Json(0).GetProperty("payload"), "severity")));
    }

    [Fact]
    public async Task Slack_EscapesWhatItsMarkupWouldRead()
    {
        await new SlackSink(_receiver, new Uri("http://hooks.example/x")).SendAsync(Firing, default);

        Assert.Equal("Warning: search_service: Search &lt;degraded&gt; &amp; slow (elasticsearch)", Text(_receiver.Json(0), "text"));
    }

    [Fact]
    public async Task Sink_ThatFails_IsTriedAgain_AndDelaysNoOther()
    {
        var broken = new RecordingSink { Failures = 2 };
        var fine = new RecordingSink();
        await using var dispatcher = Dispatcher(new SoleHolder(), broken, fine);

        dispatcher.Dispatch(Firing);
        Assert.Equal(Firing, await fine.NextAsync());
        var delivered = broken.NextAsync();
        while (!delivered.IsCompleted)
        {
            // Whatever pause it is in is over.
            _time.Advance(TimeSpan.FromSeconds(30));
            await Task.Yield();
        }

        Assert.Equal(Firing, await delivered);
    }

    [Fact]
    public async Task Replicas_TheFirstTells_TheLastEnds_WhoKnowsKeysIsToldByAll()
    {
        var holders = new SharedHolders();
        var (slackA, pagerA, slackB, pagerB) = (new RecordingSink(), new RecordingSink { Deduplicates = true }, new RecordingSink(), new RecordingSink { Deduplicates = true });
        var a = Dispatcher(holders.Of("a"), slackA, pagerA);
        var b = Dispatcher(holders.Of("b"), slackB, pagerB);

        a.Dispatch(Firing);
        await pagerA.NextAsync();
        b.Dispatch(Firing);
        await pagerB.NextAsync();
        a.Dispatch(Resolved);
        await holders.UntilLeftAsync("a");
        b.Dispatch(Resolved);
        await a.DisposeAsync();
        await b.DisposeAsync();

        Assert.Equal([Firing], slackA.Sent);
        Assert.Equal([Firing], pagerA.Sent);
        Assert.Equal([Resolved], slackB.Sent);
        Assert.Equal([Firing, Resolved], pagerB.Sent);
    }

    [Fact]
    public async Task Holders_ThatCannotBeAsked_TheReplicaSpeaksForItself()
    {
        var slack = new RecordingSink();
        var dispatcher = Dispatcher(new BrokenHolders(), slack);

        dispatcher.Dispatch(Firing);
        dispatcher.Dispatch(Resolved);
        await dispatcher.DisposeAsync();

        Assert.Equal([Firing, Resolved], slack.Sent);
    }

    private AlertDispatcher Dispatcher(IAlertHolders holders, params IAlertSink[] sinks) => new(sinks, holders, _time, new Random(1), NullLogger<AlertDispatcher>.Instance);

    private static string? Label(JsonElement alert, string name) => Text(alert.GetProperty("labels"), name);

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();

    private sealed class RecordingSink : IAlertSink
    {
        private readonly System.Threading.Channels.Channel<AlertNotice> _next = System.Threading.Channels.Channel.CreateUnbounded<AlertNotice>();

        public string Name => "test";

        public bool Deduplicates { get; init; }

        public int Failures { get; set; }

        public ConcurrentQueue<AlertNotice> Sent { get; } = new();

        public Task SendAsync(AlertNotice alert, CancellationToken cancellationToken)
        {
            if (Failures-- > 0)
            {
                throw new HttpRequestException("down");
            }

            Sent.Enqueue(alert);
            _next.Writer.TryWrite(alert);
            return Task.CompletedTask;
        }

        public async Task<AlertNotice> NextAsync() => await _next.Reader.ReadAsync();
    }

    private sealed class SharedHolders
    {
        private readonly HashSet<string> _holders = new(StringComparer.Ordinal);
        private readonly ConcurrentDictionary<string, TaskCompletionSource> _left = new(StringComparer.Ordinal);

        public IAlertHolders Of(string replica) => new Holder(this, replica);

        public Task UntilLeftAsync(string replica) => _left.GetOrAdd(replica, _ => new TaskCompletionSource()).Task;

        private sealed class Holder(SharedHolders all, string replica) : IAlertHolders
        {
            public ValueTask<bool> EnterAsync(string alert, CancellationToken cancellationToken)
            {
                lock (all._holders)
                {
                    all._holders.Add(replica);
                    return new(all._holders.Count == 1);
                }
            }

            public ValueTask<bool> LeaveAsync(string alert, CancellationToken cancellationToken)
            {
                lock (all._holders)
                {
                    var last = all._holders.Remove(replica) && all._holders.Count == 0;
                    all._left.GetOrAdd(replica, _ => new TaskCompletionSource()).TrySetResult();
                    return new(last);
                }
            }
        }
    }

    private sealed class BrokenHolders : IAlertHolders
    {
        public ValueTask<bool> EnterAsync(string alert, CancellationToken cancellationToken) => throw new TimeoutException();

        public ValueTask<bool> LeaveAsync(string alert, CancellationToken cancellationToken) => throw new TimeoutException();
    }

    private sealed class Receiver : HttpMessageHandler, IHttpClientFactory
    {
        public List<(string Address, string Body)> Sent { get; } = [];

        public HttpClient CreateClient(string name) => new(this, disposeHandler: false);

        public JsonElement Json(int index) => JsonDocument.Parse(Sent[index].Body).RootElement;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Sent.Add((request.RequestUri!.ToString(), await request.Content!.ReadAsStringAsync(cancellationToken)));
            return new HttpResponseMessage(HttpStatusCode.Accepted);
        }
    }
}
