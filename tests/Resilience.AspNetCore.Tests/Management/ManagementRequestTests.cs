using System.Text;
using Resilience.AspNetCore.Management;

namespace Resilience.AspNetCore.Tests.Management;

public sealed class ManagementRequestTests
{
    [Theory]
    [InlineData("GET /health/live HTTP/1.1\r\n", 0, "/health/live", "")]
    [InlineData("HEAD /health?format=spring HTTP/1.0\r\n", 0, "/health", "?format=spring")]
    [InlineData("POST /health HTTP/1.1\r\n", 405, null, null)]
    [InlineData("get /health HTTP/1.1\r\n", 405, null, null)]
    [InlineData("GET health HTTP/1.1\r\n", 400, null, null)]
    [InlineData("GET http://a/health HTTP/1.1\r\n", 400, null, null)]
    [InlineData("GET /a b HTTP/1.1\r\n", 400, null, null)]
    [InlineData("GET /h\u00e4lth HTTP/1.1\r\n", 400, null, null)]
    [InlineData("GET /\0 HTTP/1.1\r\n", 400, null, null)]
    [InlineData("GET /health HTTP/2.0\r\n", 400, null, null)]
    [InlineData("GET /health\r\n", 400, null, null)]
    [InlineData(" /health HTTP/1.1\r\n", 400, null, null)]
    [InlineData("\r\n", 400, null, null)]
    [InlineData("", 400, null, null)]
    public void Parse_Line(string head, int status, string? path, string? query)
    {
        Assert.Equal(status, ManagementRequest.Parse(Encoding.Latin1.GetBytes(head), out var request));
        Assert.Equal((path, query), (request.Path, request.Query));
    }

    [Fact]
    public void Parse_TooLong_Is414() =>
        Assert.Equal(414, ManagementRequest.Parse(Encoding.ASCII.GetBytes($"GET /{new string('a', 2000)} HTTP/1.1\r\n"), out _));

    [Fact]
    public void Parse_Accept_IsFoundWhateverItsCase()
    {
        ManagementRequest.Parse("GET / HTTP/1.1\r\nHost: a\r\naCCept:  text/plain \r\n"u8, out var request);

        Assert.Equal("text/plain", request.Accept);
    }
}
