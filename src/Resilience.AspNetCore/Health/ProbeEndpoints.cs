using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace Resilience.AspNetCore.Health;

/// <summary>Answers Kubernetes with what the board says; one write with a length, so that a prober never sees half of it.</summary>
internal static class ProbeEndpoints
{
    public static Task StartupAsync(HttpContext context, ProbeBoard board) => WriteAsync(context, board.Answers.Startup);

    public static Task LiveAsync(HttpContext context, ProbeBoard board) => WriteAsync(context, board.Answers.Live);

    public static Task ReadyAsync(HttpContext context, ProbeBoard board) => WriteAsync(context, board.Answers.Ready);

    /// <summary>Answers GET and HEAD; anything else is 405.</summary>
    public static Task WriteAsync(HttpContext context, ProbeAnswer answer)
    {
        var method = context.Request.Method;
        if (HttpMethods.IsGet(method) || HttpMethods.IsHead(method))
        {
            return WriteAsync(context, answer.Status, "application/json", answer.Body);
        }

        context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        context.Response.Headers.Allow = "GET, HEAD";
        return Task.CompletedTask;
    }

    public static Task WriteAsync(HttpContext context, int status, string contentType, ReadOnlyMemory<byte> body)
    {
        var response = context.Response;
        response.StatusCode = status;
        var headers = response.Headers;
        headers.ContentType = contentType;
        headers.CacheControl = "no-store";
        headers.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            // Sent with the head when the request ends.
            response.BodyWriter.Write(body.Span);
        }

        return Task.CompletedTask;
    }
}
