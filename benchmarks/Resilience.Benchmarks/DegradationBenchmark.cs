using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Resilience.Degradation;

namespace Resilience.Benchmarks;

/// <summary>What a degradable call adds to a call that succeeds at once, while its dependency is well and its rule has a fallback.</summary>
internal static class DegradationBenchmark
{
    public static readonly string[] Rows = ["degradation.healthy.ns", "degradation.healthy.bytes"];

    private const string Peer = "the call itself";
    private static readonly Func<int, CancellationToken, ValueTask<int>> Call = static (request, _) => new(request);

    public static async Task<IReadOnlyList<ScorecardRow>> MeasureAsync(CancellationToken cancellationToken)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.Sources.Add(new Microsoft.Extensions.Configuration.Memory.MemoryConfigurationSource
        {
            InitialData =
            [
                new("DrResilience:Dependencies:api:TotalRequestTimeout:Timeout", "00:00:30"),
                new("DrResilience:Degradation:search:dependency", "api"),
                new("DrResilience:Degradation:search:on_failure:0:action", "fallback"),
                new("DrResilience:Degradation:search:on_failure:0:use", "other"),
            ],
        });
        builder.AddDrResilience(dr => dr.AddFallback<int, int>("other", static (_, request, _) => new(new Degradation.Fallbacks.FallbackAnswer<int>(request))));
        using var host = builder.Build();
        await host.StartAsync(cancellationToken);
        var degradation = host.Services.GetRequiredService<IDegradation>();

        var pair = await Pairs.MeasureAsync(() => DegradableAsync(degradation), PlainAsync);
        await host.StopAsync(cancellationToken);
        return
        [
            new("degradation.healthy.ns", "ns", pair.Ours.Ns, pair.Peer.Ns, Peer),
            new("degradation.healthy.bytes", "B", pair.Ours.Bytes, pair.Peer.Bytes, Peer),
        ];
    }

    private static async Task DegradableAsync(IDegradation degradation)
    {
        for (var i = 0; i < Pairs.Calls; i++)
        {
            await degradation.ExecuteAsync("search", i, Call);
        }
    }

    private static async Task PlainAsync()
    {
        for (var i = 0; i < Pairs.Calls; i++)
        {
            await Call(i, CancellationToken.None);
        }
    }
}
