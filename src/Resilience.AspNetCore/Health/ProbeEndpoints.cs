using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Resilience.AspNetCore.Health;

/// <summary>Answers Kubernetes. Reads what is known already; no probe ever waits for a dependency.</summary>
internal static class ProbeEndpoints
{
    private static readonly byte[] Started = """{"status":"started"}"""u8.ToArray();
    private static readonly byte[] Alive = """{"status":"alive"}"""u8.ToArray();
    private static readonly byte[] Ready = """{"status":"ready"}"""u8.ToArray();
    private static readonly byte[] Degraded = """{"status":"degraded"}"""u8.ToArray();
    private static readonly byte[] Waiting = """{"status":"waiting"}"""u8.ToArray();

    /// <summary>The process has started: nothing else is asked of it.</summary>
    public static Task StartupAsync(HttpContext context) => WriteAsync(context, StatusCodes.Status200OK, Started);

    /// <summary>The process answers: a dependency that is down is no reason to restart it.</summary>
    public static Task LiveAsync(HttpContext context) => WriteAsync(context, StatusCodes.Status200OK, Alive);

    public static Task ReadyAsync(HttpContext context, HealthReporter reporter) => reporter.Readiness switch
    {
        Readiness.Ready => WriteAsync(context, StatusCodes.Status200OK, Ready),
        Readiness.Degraded => WriteAsync(context, StatusCodes.Status200OK, Degraded),
        _ => WriteAsync(context, StatusCodes.Status503ServiceUnavailable, Waiting),
    };

    public static async Task WriteAsync(HttpContext context, int status, ReadOnlyMemory<byte> body)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        response.Headers[HeaderNames.CacheControl] = "no-store";
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.Body.WriteAsync(body, context.RequestAborted);
        }
    }
}
