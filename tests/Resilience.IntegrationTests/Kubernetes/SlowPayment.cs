using System.Net;
using System.Text;

namespace Resilience.IntegrationTests.Kubernetes;

/// <summary>A payment whose body takes its time, so that requests are under way whenever a pod is told to go.</summary>
internal sealed class SlowPayment : HttpContent
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(600);
    private static readonly byte[] Body = Encoding.UTF8.GetBytes("""{"accountId":"a1","amount":12.50,"currency":"EUR"}""");

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        await stream.WriteAsync(Body.AsMemory(0, 10));
        await stream.FlushAsync();
        await Task.Delay(Pause, TimeProvider.System);
        await stream.WriteAsync(Body.AsMemory(10));
    }

    protected override bool TryComputeLength(out long length)
    {
        length = Body.Length;
        return true;
    }
}
