using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Resilience.AspNetCore.Tests.Samples;

public sealed class PaymentValidationTests : IAsyncLifetime
{
    private SampleApp _app = null!;

    public async Task InitializeAsync() => _app = await SampleApp.StartPaymentsAsync();

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Theory]
    [InlineData("", "body")]
    [InlineData("{", "body")]
    [InlineData("[]", "body")]
    [InlineData("null", "body")]
    [InlineData("""{"accountId":"a","amount":1,"amount":2,"currency":"EUR"}""", "body")]
    [InlineData("""{"accountId":"\ud800","amount":1,"currency":"EUR"}""", "body")]
    [InlineData("{}", "accountId,currency,amount")]
    [InlineData("""{"accountId":"","amount":1,"currency":"EUR"}""", "accountId")]
    [InlineData("""{"accountId":"a\u0000","amount":1,"currency":"EUR"}""", "accountId")]
    [InlineData("""{"accountId":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","amount":1,"currency":"EUR"}""", "accountId")]
    [InlineData("""{"accountId":"a","amount":"1","currency":"EUR"}""", "amount")]
    [InlineData("""{"accountId":"a","amount":0,"currency":"EUR"}""", "amount")]
    [InlineData("""{"accountId":"a","amount":-1,"currency":"EUR"}""", "amount")]
    [InlineData("""{"accountId":"a","amount":1e400,"currency":"EUR"}""", "amount")]
    [InlineData("""{"accountId":"a","amount":1000000000,"currency":"EUR"}""", "amount")]
    [InlineData("""{"accountId":"a","amount":1.001,"currency":"EUR"}""", "amount")]
    [InlineData("""{"accountId":"a","amount":1.5,"currency":"JPY"}""", "amount")]
    [InlineData("""{"accountId":"a","amount":1.2345,"currency":"KWD"}""", "amount")]
    [InlineData("""{"accountId":"a","amount":1,"currency":"eur"}""", "currency")]
    [InlineData("""{"accountId":"a","amount":1,"currency":"XXX"}""", "currency")]
    public async Task Pay_BadBody_Is400WithAnErrorForEachField(string body, string fields)
    {
        using var response = await _app.Http.PayAsync("key", body);

        await AssertInvalidAsync(response, fields.Split(','));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("schl\u00fcssel")]
    public async Task Pay_BadKey_Is400(string? key)
    {
        using var request = Request(new StringContent(PaymentCalls.Valid));
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        }

        using var handler = new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 };
        using var http = new HttpClient(handler) { BaseAddress = _app.Http.BaseAddress };
        await AssertInvalidAsync(await http.SendAsync(request), "Idempotency-Key");
    }

    [Fact]
    public async Task Pay_KeyOf256Characters_Is400AndOf255Works()
    {
        await AssertInvalidAsync(await _app.Http.PayAsync(new string('k', 256)), "Idempotency-Key");
        Assert.Equal(HttpStatusCode.Created, (await _app.Http.PayAsync(new string('k', 255))).StatusCode);
    }

    [Fact]
    public async Task Pay_TwoKeys_Is400()
    {
        // The client would join them into one line.
        var raw = $"POST /payments HTTP/1.1\r\nHost: x\r\nConnection: close\r\nIdempotency-Key: a\r\nIdempotency-Key: b\r\nContent-Length: {PaymentCalls.Valid.Length}\r\n\r\n{PaymentCalls.Valid}";

        var answer = await SendRawAsync(raw);

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Contains("Idempotency-Key", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(16 * 1024, false, true)]
    [InlineData(16 * 1024, true, true)]
    [InlineData((16 * 1024) + 1, false, false)]
    [InlineData((16 * 1024) + 1, true, false)]
    [InlineData(1_000_000, false, false)]
    [InlineData(1_000_000, true, false)]
    public async Task Pay_BodyOfThisLength_IsTakenUpTo16KiB(int length, bool chunked, bool taken)
    {
        using var request = Request(new StringContent(PaymentCalls.Valid.PadRight(length)));
        request.Headers.Add("Idempotency-Key", "long");
        request.Headers.TransferEncodingChunked = chunked;

        using var response = await _app.Http.SendAsync(request);

        if (taken)
        {
            Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        }
        else
        {
            Assert.Contains("16384", await AssertInvalidAsync(response, "body"), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=101")]
    [InlineData("limit=x")]
    [InlineData("after=")]
    [InlineData("after=!!")]
    [InlineData("after=OTk5OTk5OTk5OTk5OTk5OTk5OS5wYXlfMDA")]
    public async Task List_BadPage_Is400(string query) =>
        await AssertInvalidAsync(await _app.Http.GetAsync($"/accounts/a/payments?{query}"), query.Split('=')[0]);

    private static HttpRequestMessage Request(HttpContent content) => new(HttpMethod.Post, "/payments") { Content = content };

    private static async Task<string> AssertInvalidAsync(HttpResponseMessage response, params string[] fields)
    {
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var errors = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors");
        Assert.Equal(fields, errors.EnumerateObject().Select(field => field.Name));
        return errors.ToString();
    }

    private async Task<string> SendRawAsync(string request)
    {
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync("127.0.0.1", _app.Http.BaseAddress!.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }
}
