using System.Net;
using System.Net.Sockets;
using Resilience.TestKit;

namespace Resilience.IntegrationTests.TestKit;

public sealed class FreePortTests
{
    [Fact]
    public void Reserve_ManyThreads_AllDistinctAndBelowTheEphemeralRange()
    {
        var ports = ParallelEnumerable.Range(0, 500).WithDegreeOfParallelism(8).Select(_ => FreePort.Reserve()).ToList();

        Assert.Equal(ports.Count, ports.Distinct().Count());
        Assert.All(ports, p => Assert.InRange(p, 20_000, 31_999));
    }

    [Fact]
    public void Reserve_PortInUseOnAnotherLoopbackAddress_IsPassedOver()
    {
        var next = FreePort.Reserve() + 1;
        using var listener = new TcpListener(IPAddress.Parse("127.0.2.1"), next);
        listener.Start();

        Assert.NotEqual(next, FreePort.Reserve());
    }
}
