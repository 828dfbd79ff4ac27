using Resilience.Pipelines;
using Resilience.Pipelines.Http;
using Resilience.TestKit;

namespace Resilience.Sdk.Tests.Pipelines.Http;

public sealed class HostRouterTests
{
    private readonly DependencyRegistry _dependencies = new(_ => new DependencyOptions(), new ManualTimeProvider(), () => new Random(1));

    [Fact]
    public void Find_ChangedPatterns_ApplyAtOnce()
    {
        var routes = Routes(("a", "x.example"));
        var router = new HostRouter(_dependencies, () => routes);
        Assert.Equal("a", router.Find(new Uri("http://x.example/"))?.Name);
        Assert.Null(router.Find(new Uri("http://y.example/")));

        routes = Routes(("b", "*.example"));

        Assert.Equal("b", router.Find(new Uri("http://x.example/"))?.Name);
        Assert.Equal("b", router.Find(new Uri("http://y.example/"))?.Name);

        routes = HostRoutes.None;
        Assert.Null(router.Find(new Uri("http://x.example/")));
    }

    [Fact]
    public void Find_RelativeOrNoAddress_BelongsToNone()
    {
        var routes = Routes(("a", "x.example"));
        var router = new HostRouter(_dependencies, () => routes);

        Assert.Null(router.Find(null));
        Assert.Null(router.Find(new Uri("/path", UriKind.Relative)));
    }

    [Fact]
    public void Find_MoreHostsThanAreKept_AreStillFound()
    {
        var routes = Routes(("a", "*.example"));
        var router = new HostRouter(_dependencies, () => routes);

        for (var i = 0; i < HostRouter.MostHosts + 100; i++)
        {
            Assert.Equal("a", router.Find(new Uri($"http://h{i}.example/"))?.Name);
        }

        Assert.Equal(HostRouter.MostHosts, router.KnownHosts);
    }

    [Theory]
    [InlineData("http://x.gateway.example/a")]
    [InlineData("http://elsewhere.example/a")]
    public void Find_KnownHost_AllocatesNothing(string address)
    {
        var routes = Routes(("a", "*.gateway.example"));
        var router = new HostRouter(_dependencies, () => routes);
        var uri = new Uri(address);
        for (var i = 0; i < 1000; i++)
        {
            router.Find(uri);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            router.Find(uri);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static HostRoutes Routes(params (string Name, string Host)[] patterns) => HostRoutes.Of(
        patterns.Select(pattern => KeyValuePair.Create(pattern.Name, new DependencyOptions { Http = new HttpDependencyOptions { Hosts = [pattern.Host] } })),
        (name, _, owner) => Assert.Fail($"{name} and {owner} have the same pattern."));
}
