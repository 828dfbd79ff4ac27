using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace Resilience.AspNetCore.Health;

/// <summary>Answers Kubernetes with what the board says; one write with a length, so that a prober never sees half of it.</summary>
internal static class ProbeEndpoints
{
    public static Task StartupAsync(HttpContext context, ProbeBoard board) => WriteAsync(context, board.Answers.Startup);

    public static Task LiveAsync(HttpContext context, ProbeBoard board) => WriteAsync(context, board.Answers.Live);

    public static Task ReadyAsync(HttpContext context, ProbeBoard board) => WriteAsync(context, board.Answers.Ready);

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

    private static Task WriteAsync(HttpContext context, ProbeAnswer answer) => WriteAsync(context, answer.Status, "application/json", answer.Body);
}
