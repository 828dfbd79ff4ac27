using Resilience.Pipelines;
using Resilience.Pipelines.Http;

namespace Resilience.Sdk.Tests.Pipelines.Http;

public sealed class HostPatternTests
{
    [Theory]
    [InlineData("api.example", "api.example", null, false)]
    [InlineData("API.Example", "api.example", null, false)]
    [InlineData("*.Gateway.example", "gateway.example", null, true)]
    [InlineData("*.gateway.example:8443", "gateway.example", 8443, true)]
    [InlineData("localhost:5001", "localhost", 5001, false)]
    [InlineData("my_service", "my_service", null, false)]
    [InlineData("10.0.0.1:80", "10.0.0.1", 80, false)]
    [InlineData("[::1]", "::1", null, false)]
    [InlineData("[::1]:5001", "::1", 5001, false)]
    [InlineData("*.münchen.example", "xn--mnchen-3ya.example", null, true)]
    public void TryParse_Pattern_IsReadInOneForm(string text, string host, int? port, bool isWildcard)
    {
        Assert.True(HostPattern.TryParse(text, out var pattern, out var problem), problem);
        Assert.Equal(new HostPattern(host, port, isWildcard), pattern);
    }

    [Theory]
    [InlineData("", "is not a host")]
    [InlineData(" ", "is not a host")]
    [InlineData("*.", "is not a host")]
    [InlineData("*", "leading '*.'")]
    [InlineData("api.*.example", "leading '*.'")]
    [InlineData("*api.example", "leading '*.'")]
    [InlineData("*.*.example", "leading '*.'")]
    [InlineData("https://api.example", "without scheme")]
    [InlineData("api.example/v1", "is not a host")]
    [InlineData("user@api.example", "is not a host")]
    [InlineData("api example", "is not a host")]
    [InlineData("api..example", "is not a host")]
    [InlineData("api.example:", "no port from 1 to 65535")]
    [InlineData("api.example:0", "no port from 1 to 65535")]
    [InlineData("api.example:65536", "no port from 1 to 65535")]
    [InlineData("api.example:http", "no port from 1 to 65535")]
    [InlineData("::1", "brackets")]
    [InlineData("*.10.0.0.1", "IP address")]
    public void TryParse_Malformed_SaysWhyAndTheWayOut(string text, string says)
    {
        Assert.False(HostPattern.TryParse(text, out _, out var problem));
        Assert.Contains(says, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://api.gateway.example/v1", "exact")]
    [InlineData("https://API.GATEWAY.example/v1", "exact")]
    [InlineData("https://api.gateway.example:9000/", "exact with port")]
    [InlineData("https://other.gateway.example/", "wildcard")]
    [InlineData("https://a.b.gateway.example/", "wildcard")]
    [InlineData("https://a.eu.gateway.example/", "longer wildcard")]
    [InlineData("https://eu.gateway.example/", "wildcard")]
    [InlineData("https://a.eu.gateway.example:9000/", "longer wildcard with port")]
    [InlineData("https://a.gateway.example:9000/", "wildcard")]
    [InlineData("https://gateway.example/", null)]
    [InlineData("https://notgateway.example/", null)]
    [InlineData("https://gateway.example.evil/", null)]
    [InlineData("http://localhost:5001/x", "local")]
    [InlineData("http://localhost:5002/x", null)]
    [InlineData("https://default.example/", "default port")]
    [InlineData("http://default.example/", null)]
    [InlineData("http://xn--mnchen-3ya.example/", "idn")]
    [InlineData("http://münchen.example/", "idn")]
    [InlineData("http://[::1]:7/", "ipv6")]
    public void Find_MostSpecificPatternDecides(string address, string? dependency)
    {
        var routes = Routes(
            ("wildcard", "*.gateway.example"),
            ("exact", "api.gateway.example"),
            ("longer wildcard", "*.eu.gateway.example"),
            ("exact with port", "api.gateway.example:9000"),
            ("longer wildcard with port", "*.eu.gateway.example:9000"),
            ("local", "LOCALHOST:5001"),
            ("default port", "default.example:443"),
            ("idn", "münchen.example"),
            ("ipv6", "[::1]"));
        var uri = new Uri(address);

        Assert.Equal(dependency, routes.Find(HostPattern.Canonical(uri), uri.Port));
    }

    private static HostRoutes Routes(params (string Name, string Host)[] patterns) => HostRoutes.Of(
        patterns.Select(pattern => KeyValuePair.Create(pattern.Name, new DependencyOptions { Http = new HttpDependencyOptions { Hosts = [pattern.Host] } })),
        (name, _, owner) => Assert.Fail($"{name} and {owner} have the same pattern."));
}
