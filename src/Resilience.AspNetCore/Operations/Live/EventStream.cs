using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Resilience.Internal;

namespace Resilience.AspNetCore.Operations.Live;

/// <summary>
/// Sends the state to every open page as server-sent events (WHATWG HTML, section 9.2). It is described once for all of them, twice a
/// second, and not at all while nobody looks. A page that reads slowly misses states and never holds the others up.
/// </summary>
/// <remarks>
/// At most <see cref="Most"/> pages: the one that has been open longest goes, and is told so. A stream ends after
/// <see cref="Longest"/>, so that whoever may no longer look is asked again who they are.
/// </remarks>
internal sealed partial class EventStream(Func<ReadOnlyMemory<byte>> describe, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<EventStream> logger)
{
    public const int Most = 200;

    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan WritePatience = TimeSpan.FromSeconds(10);

    private static readonly byte[] Start = "retry: 2000\nevent: state\ndata: "u8.ToArray();
    private static readonly byte[] End = "\n\n"u8.ToArray();
    private static readonly byte[] Replaced = "event: replaced\ndata: {}\n\n"u8.ToArray();

    private readonly Lock _lock = new();
    private readonly LinkedList<EventSubscriber> _subscribers = [];
    private bool _isRunning;

    /// <summary>How many pages are open.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _subscribers.Count;
            }
        }
    }

    /// <summary>Serves one page until it goes, is replaced, or the process stops.</summary>
    public async Task ServeAsync(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";

        // Proxies that gather answers would hold the events back.
        context.Response.Headers["X-Accel-Buffering"] = "no";
        using var longest = new CancellationTokenSource(Longest, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping, longest.Token);
        var subscriber = new EventSubscriber(Event());
        var node = Add(subscriber);
        try
        {
            await foreach (var payload in subscriber.ReadAllAsync(either.Token))
            {
                using var write = CancellationTokenSource.CreateLinkedTokenSource(either.Token);
                write.CancelAfter(WritePatience);
                await context.Response.Body.WriteAsync(payload, write.Token);
                await context.Response.Body.FlushAsync(write.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The page went, reads nothing any more, or has to ask again.
        }
        finally
        {
            Remove(node);
        }
    }

    private LinkedListNode<EventSubscriber> Add(EventSubscriber subscriber)
    {
        EventSubscriber? oldest = null;
        LinkedListNode<EventSubscriber> node;
        var starts = false;
        lock (_lock)
        {
            if (_subscribers.Count >= Most)
            {
                oldest = _subscribers.First!.Value;
                _subscribers.RemoveFirst();
            }

            node = _subscribers.AddLast(subscriber);
            if (!_isRunning)
            {
                _isRunning = starts = true;
            }
        }

        oldest?.End(Replaced);
        if (starts)
        {
            _ = Task.Run(RunAsync);
        }

        return node;
    }

    private void Remove(LinkedListNode<EventSubscriber> node)
    {
        lock (_lock)
        {
            if (node.List is not null)
            {
                _subscribers.Remove(node);
            }
        }
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync())
        {
            EventSubscriber[] all;
            lock (_lock)
            {
                all = [.. _subscribers];
                if (all.Length == 0 || lifetime.ApplicationStopping.IsCancellationRequested)
                {
                    _isRunning = false;
                    return;
                }
            }

            try
            {
                var payload = Event();
                foreach (var subscriber in all)
                {
                    subscriber.Offer(payload);
                }
            }
#pragma warning disable CA1031 // The loop survives every round.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Guarded.Run(() => LogFailed(logger, exception));
            }
        }
    }

    private ReadOnlyMemory<byte> Event()
    {
        // JSON as it is written here holds no line break, which would end the field.
        var state = describe();
        var payload = new byte[Start.Length + state.Length + End.Length];
        Start.CopyTo(payload, 0);
        state.Span.CopyTo(payload.AsSpan(Start.Length));
        End.CopyTo(payload, Start.Length + state.Length);
        return payload;
    }

    [LoggerMessage(1451, LogLevel.Error, "The state could not be described for the operations page; it is tried again")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
