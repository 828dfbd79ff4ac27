using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Resilience.AspNetCore.Degradation;
using Resilience.AspNetCore.Drain;
using Resilience.AspNetCore.Middleware;
using Resilience.Degradation.Plan;
using Resilience.Health;
using Resilience.Pipelines.Bulkhead;
using Resilience.Pipelines.Inbound;
using Resilience.Pipelines.Timeouts;
using Resilience.TestKit;
using Xunit.Abstractions;

namespace Resilience.AspNetCore.Tests.Middleware;

/// <summary>The middleware alone, without a server: what it costs, reads and teaches the limit.</summary>
public sealed class InboundMiddlewareTests(ITestOutputHelper output) : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly Meter _meter = new("test");

    public void Dispose() => _meter.Dispose();

    private static readonly ConnectionDrain NotDraining = new(new DrainState(), TimeProvider.System);
    private static readonly DegradedHeader Undegraded = new(() => DegradationPlan.Empty);

    [Fact]
    public void Permit_Free_AndAnsweredAtOnce_AllocatesNothing()
    {
        var middleware = new InboundMiddleware(_ => Task.CompletedTask, Gate(new InboundOptions()), NotDraining, Undegraded);
        var context = new DefaultHttpContext();
        Repeat(1000);

        // A collection that other tests cause in the middle of a round adds a few kilobytes to this thread's count; what a
        // request allocates is in every round, ten thousand times.
        var least = long.MaxValue;
        for (var round = 0; round < 5; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Repeat(10_000);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);

        void Repeat(int times)
        {
            for (var i = 0; i < times; i++)
            {
                Assert.True(middleware.InvokeAsync(context).IsCompletedSuccessfully);
            }
        }
    }

    [Fact]
    public void Permit_Free_AndAnsweredLater_CostsNoMoreThanAnAwaitOfTheFramework()
    {
        var bare = Bytes(next => async context => await next(context));
        var ours = Bytes(next => new InboundMiddleware(next, Gate(new InboundOptions()), NotDraining, Undegraded).InvokeAsync);

        output.WriteLine($"{ours} bytes for each request that is waited for; {bare} for a middleware that does nothing but await");
        Assert.InRange(ours - bare, 0, 100);
    }

    [Theory]
    [InlineData("0", 504)]
    [InlineData(null, 503)]
    public async Task Refused_ReadsNothingOfTheBody(string? deadline, int status)
    {
        var gate = Gate(new InboundOptions { Bulkhead = new BulkheadOptions { PermitLimit = 1, QueueLimit = 0 } });
        Assert.True(gate.Limiter.TryAcquire());
        var context = new DefaultHttpContext();
        context.Request.Headers[CallDeadline.HeaderName] = deadline;
        context.Request.Body = new UnreadableStream();

        await new InboundMiddleware(_ => throw new InvalidOperationException("It ran."), gate, NotDraining, Undegraded).InvokeAsync(context);

        Assert.Equal(status, context.Response.StatusCode);
    }

    [Theory]
    [InlineData(StatusCodes.Status503ServiceUnavailable, true)]
    [InlineData(StatusCodes.Status429TooManyRequests, true)]
    [InlineData(StatusCodes.Status200OK, false)]
    [InlineData(StatusCodes.Status500InternalServerError, false)]
    public async Task Answer_Overloaded_LowersTheAdaptiveLimit(int status, bool lowers)
    {
        var gate = Gate(new InboundOptions());
        var middleware = new InboundMiddleware(
            context =>
            {
                context.Response.StatusCode = status;
                return Task.CompletedTask;
            },
            gate,
            NotDraining, Undegraded);

        for (var i = 0; i < 100; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(150));
            await middleware.InvokeAsync(new DefaultHttpContext());
        }

        Assert.Equal(lowers ? 500 : 1000, gate.Limiter.Snapshot().Limit);
    }

    [Fact]
    public async Task Answer_AfterTheDeadline_LowersTheAdaptiveLimit()
    {
        var gate = Gate(new InboundOptions());
        var middleware = new InboundMiddleware(
            _ =>
            {
                _time.Advance(TimeSpan.FromMilliseconds(20));
                return Task.CompletedTask;
            },
            gate,
            NotDraining, Undegraded);
        var context = new DefaultHttpContext();
        context.Request.Headers[CallDeadline.HeaderName] = "10";

        await middleware.InvokeAsync(context);

        Assert.Equal(900, gate.Limiter.Snapshot().Limit);
        Assert.Equal(0, gate.Limiter.Snapshot().InUse);
        Assert.Null(CallDeadline.Remaining);
    }

    private static long Bytes(Func<RequestDelegate, RequestDelegate> middleware)
    {
        const int requests = 1000;
        var answers = new Queue<TaskCompletionSource>(Enumerable.Range(0, 2 * requests).Select(_ => new TaskCompletionSource()));
        TaskCompletionSource? answer = null;
        var pipeline = middleware(_ => (answer = answers.Dequeue()).Task);
        var context = new DefaultHttpContext();
        Repeat();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Repeat();
        return (GC.GetAllocatedBytesForCurrentThread() - before) / requests;

        void Repeat()
        {
            for (var i = 0; i < requests; i++)
            {
                var running = pipeline(context);
                answer!.SetResult();
                Assert.True(running.IsCompletedSuccessfully);
            }
        }
    }

    private InboundGate Gate(InboundOptions options) => new(options, _time, _meter);

    private sealed class UnreadableStream : MemoryStream
    {
        public override int Read(byte[] buffer, int offset, int count) => throw new InvalidOperationException("The body was read.");

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new InvalidOperationException("The body was read.");
    }
}
