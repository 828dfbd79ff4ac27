using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace Resilience.AspNetCore.Operations.Page;

/// <summary>A file of the page, built into this assembly, with the headers that let it do nothing but what it is for.</summary>
internal sealed class PageFile
{
    // Nothing from elsewhere, no script and no style but the page's own files, and no other site may put it in a frame.
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private readonly byte[] _body;
    private readonly string _contentType;
    private readonly string _tag;

    /// <param name="name">The name of the embedded file.</param>
    /// <param name="contentType">Its type.</param>
    public PageFile(string name, string contentType)
    {
        using var stream = typeof(PageFile).Assembly.GetManifestResourceStream(name) ?? throw new InvalidOperationException($"'{name}' is not built in.");
        _body = new byte[stream.Length];
        stream.ReadExactly(_body);
        _contentType = contentType;
        _tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(_body))[..16]}\"";
    }

    public async Task AnswerAsync(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers.CacheControl = "no-cache";
        headers.ETag = _tag;
        if (context.Request.Headers.IfNoneMatch.Contains(_tag))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        context.Response.ContentType = _contentType;
        context.Response.ContentLength = _body.Length;
        await context.Response.Body.WriteAsync(_body, context.RequestAborted);
    }
}
