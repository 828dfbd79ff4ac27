using Microsoft.AspNetCore.Http;
using Resilience.AspNetCore.Degradation;
using Resilience.AspNetCore.Drain;
using Resilience.Internal;
using Resilience.Pipelines.Bulkhead;
using Resilience.Pipelines.Inbound;
using Resilience.Pipelines.Timeouts;

namespace Resilience.AspNetCore.Middleware;

/// <summary>Lets requests in: first the caller's deadline, then a permit, then the application. While draining, answers end their connections.</summary>
/// <remarks>
/// A request without a deadline that finds a permit and completes at once passes without an allocation; one that has to be
/// waited for costs the one state machine that returns its permit. A handler is not aborted when the deadline passes: its
/// calls to dependencies end then, and what it does besides may have to be finished. Applications that want it aborted have
/// the framework's request time-outs for it.
/// </remarks>
internal sealed class InboundMiddleware(RequestDelegate next, InboundGate gate, ConnectionDrain drain, DegradedHeader degraded)
{
    // As on the wire, where the time left is sent in whole milliseconds.
    private static readonly TimeSpan LeastTime = TimeSpan.FromMilliseconds(1);

    public Task InvokeAsync(HttpContext context)
    {
        drain.Apply(context);
        var options = gate.Options;
        return TimeLeft(context.Request, options.Deadline) is { } left
            ? WithDeadlineAsync(context, options, left)
            : EnterAsync(context, options, deadline: null);
    }

    private static TimeSpan? TimeLeft(HttpRequest request, InboundDeadlineOptions options)
    {
        // Whoever sends several contradicts himself, and is heeded as little as one who sends no number.
        if (!options.Enabled || !request.Headers.TryGetValue(CallDeadline.HeaderName, out var sent) || sent.Count != 1)
        {
            return null;
        }

        var left = DeadlineHeader.Read(sent[0]);
        return left > options.Max ? options.Max : left;
    }

    private async Task WithDeadlineAsync(HttpContext context, InboundOptions options, TimeSpan left)
    {
        using (CallDeadline.Begin(left, gate.Clock))
        {
            var deadline = CallDeadline.Current!.Value;
            await (IsOver(deadline) ? ExpireAsync(context) : EnterAsync(context, options, deadline));
        }
    }

    private Task EnterAsync(HttpContext context, InboundOptions options, Deadline? deadline) =>
        LoadShedding.IsExempt(context) ? next(context)
        : gate.Limiter.TryAcquire() ? RunAsync(context, deadline)
        : QueueAsync(context, options, deadline);

    private async Task QueueAsync(HttpContext context, InboundOptions options, Deadline? deadline)
    {
        var wait = options.Bulkhead.MaxQueueWait;
        if (deadline?.Remaining is { } left && left < wait)
        {
            wait = left;
        }

        bool admitted;
        try
        {
            admitted = await gate.Limiter.AcquireAsync(LoadShedding.Priority(context), wait, context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // For the log alone; nobody is there to be answered.
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return;
        }

        if (deadline is { } passed && IsOver(passed))
        {
            if (admitted)
            {
                gate.Limiter.Release();
            }

            await ExpireAsync(context);
        }
        else if (admitted)
        {
            await RunAsync(context, deadline);
        }
        else
        {
            gate.CountShed();
            await Refusal.ShedAsync(context, options.RetryAfter);
        }
    }

    /// <summary>Runs the application with a permit, which is returned once however that ends.</summary>
    private Task RunAsync(HttpContext context, Deadline? deadline)
    {
        var began = gate.Time.GetTimestamp();
        Task running;
        try
        {
            running = degraded.IsNeeded ? DegradedHeader.FollowAsync(context, next.Invoke) : next(context);
        }
        catch
        {
            Release(context, deadline, began, gone: true);
            throw;
        }

        if (!running.IsCompletedSuccessfully)
        {
            return AwaitAsync(context, running, deadline, began);
        }

        Release(context, deadline, began, gone: false);
        return running;
    }

    private async Task AwaitAsync(HttpContext context, Task running, Deadline? deadline, long began)
    {
        var completed = false;
        try
        {
            await running;
            completed = true;
        }
        finally
        {
            Release(context, deadline, began, gone: !completed || context.RequestAborted.IsCancellationRequested);
        }
    }

    private void Release(HttpContext context, Deadline? deadline, long began, bool gone) => gate.Limiter.Release(
        LoadShedding.Judge(context.Response.StatusCode, deadline is { IsPast: true }, gone), began, gate.Time.GetTimestamp());

    private Task ExpireAsync(HttpContext context)
    {
        gate.CountExpired();
        return Refusal.ExpiredAsync(context);
    }

    private static bool IsOver(Deadline deadline) => deadline.Remaining < LeastTime;
}
