namespace Simulators.Faults;

/// <summary>Puts the fault of one service around its endpoints.</summary>
internal sealed class FaultInjector(FaultBoard board, SeededRandom random, TimeProvider timeProvider, IHostApplicationLifetime lifetime)
{
    public async ValueTask<object?> InvokeAsync(string service, EndpointFilterInvocationContext invocation, EndpointFilterDelegate next)
    {
        // Read once: a fault that changes while the request runs must not hit it twice.
        var fault = board.Current(service);
        if (fault.When == Fault.Before)
        {
            return await HitAsync(service, fault, invocation.HttpContext) ?? await next(invocation);
        }

        var answer = await next(invocation);
        return await HitAsync(service, fault, invocation.HttpContext) ?? answer;
    }

    /// <summary>Waits or breaks as the fault demands; null when the request may go on.</summary>
    private async Task<IResult?> HitAsync(string service, Fault fault, HttpContext context)
    {
        // Requests that hang must not hold up the shutdown of the process.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        try
        {
            var delay = fault.Latency + (fault.Jitter * ((random.NextDouble() * 2) - 1));
            if (delay > TimeSpan.Zero)
            {
                await Task.Delay(delay, timeProvider, stop.Token);
            }

            if (fault.Hang)
            {
                await board.WaitWhileHangingAsync(service, stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            return Abort(context);
        }

        if (fault.Down)
        {
            return Abort(context);
        }

        return random.NextDouble() < fault.FailureRate
            ? Results.Problem(title: "Injected fault", statusCode: fault.Status)
            : null;
    }

    private static IResult Abort(HttpContext context)
    {
        context.Abort();
        return Results.Empty;
    }
}
