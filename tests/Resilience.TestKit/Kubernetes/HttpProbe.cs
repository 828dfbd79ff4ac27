using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace Resilience.TestKit.Kubernetes;

/// <summary>
/// Asks as the kubelet does (pkg/probe/http): GET, a connection for each probe, no compression, its own User-Agent, up to ten
/// redirects on the same host, 10 KiB of the body. The time-out covers all of it. A body that breaks off is asked for three
/// times and then discarded.
/// </summary>
internal sealed class HttpProbe : IDisposable
{
    private const int MostRedirects = 10;
    private const int MostBody = 10 * 1024;
    private const int Tries = 3;

    private readonly Uri _address;
    private readonly TimeProvider _time;
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        UseProxy = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.Zero,
    });

    /// <param name="address">The pod.</param>
    /// <param name="time">For the time-out; the system's when null.</param>
    public HttpProbe(Uri address, TimeProvider? time = null)
    {
        _address = address;
        _time = time ?? TimeProvider.System;
    }

    public async Task<(ProbeResult Result, string Body)> AskAsync(ProbeSpec spec)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var limit = new CancellationTokenSource(spec.Timeout, _time);
                return await AskOnceAsync(new Uri(_address, spec.Path), limit.Token);
            }
            catch (BodyBrokeOffException)
            {
                if (attempt == Tries)
                {
                    return (ProbeResult.Unknown, "");
                }
            }
            // HttpClient lets the socket's own exception through when the server closes between the handshake and its first look.
            catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException or SocketException)
            {
                return (ProbeResult.Failure, exception.GetType().Name);
            }
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<(ProbeResult Result, string Body)> AskOnceAsync(Uri address, CancellationToken limit)
    {
        for (var redirects = 0; ; redirects++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { ConnectionClose = true } };
            request.Headers.UserAgent.Add(new ProductInfoHeaderValue("kube-probe", "1.32"));
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("*/*"));
            using var response = await _http.SendAsync(request, limit);
            var status = (int)response.StatusCode;
            if (status is >= 300 and < 400 && response.Headers.Location is { } location)
            {
                var next = new Uri(address, location);
                if (next.Host == _address.Host && redirects < MostRedirects)
                {
                    address = next;
                    continue;
                }
            }

            var body = await ReadAsync(response, limit);
            return (status is >= 200 and < 400 ? ProbeResult.Success : ProbeResult.Failure, body);
        }
    }

    private static async Task<string> ReadAsync(HttpResponseMessage response, CancellationToken limit)
    {
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(limit);
            var buffer = new byte[MostBody];
            var length = await stream.ReadAtLeastAsync(buffer, MostBody, throwOnEndOfStream: false, limit);
            return System.Text.Encoding.UTF8.GetString(buffer, 0, length);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            throw new BodyBrokeOffException();
        }
    }

#pragma warning disable CA1064, MA0048 // Never leaves this file.
    private sealed class BodyBrokeOffException : Exception;
#pragma warning restore CA1064, MA0048
}
