using GameDay.Deployment;
using Resilience.TestKit;

namespace GameDay.Actions;

/// <summary>What happens to the network between the service and what it calls.</summary>
internal static class NetworkActions
{
    private static readonly ActionParameter[] Which =
    [
        new("share", ParameterType.Share, "1"),
        new("direction", ParameterType.Text, "both") { Choices = ["both", "requests", "answers"] },
    ];

    public static IReadOnlyList<ActionKind> All { get; } =
    [
        Toxic("network-latency", "delays everything by a time and a jitter", arguments => new LatencyToxic(Time(arguments, "latency"), Time(arguments, "jitter")),
            new("latency", ParameterType.Duration, "200ms"), new("jitter", ParameterType.Duration, "50ms")),
        Toxic("network-blackhole", "swallows what is sent; connections stay open", _ => new BlackholeToxic()),
        Toxic("network-reset", "resets connections", _ => new ResetToxic()),
        Toxic("network-slow-close", "closes connections late", arguments => new SlowCloseToxic(Time(arguments, "delay")), new ActionParameter("delay", ParameterType.Duration, "2s")),
        Toxic("network-bandwidth", "lets so many bytes through a second", arguments => new BandwidthToxic((long)arguments.Number("bytes-per-second")!.Value),
            new ActionParameter("bytes-per-second", ParameterType.Number, "20000")),
        Toxic("network-slices", "sends small pieces with pauses", arguments => new SlicerToxic((int)arguments.Number("size")!.Value, Time(arguments, "delay")),
            new("size", ParameterType.Number, "16"), new("delay", ParameterType.Duration, "5ms")),
        new("cut-region", "drops the packets of a database region, so that whoever sends them is told nothing")
        {
            Targets = ["us-east-1", "us-west-2"],
            Parameters = [new("direction", ParameterType.Text, "both") { Choices = ["both", "requests", "answers"] }],
            NeedsPrivateNetwork = true,
            Apply = CutAsync,
        },
    ];

    private static ActionKind Toxic(string name, string summary, Func<ActionArguments, Toxic> toxic, params ActionParameter[] parameters) => new(name, summary)
    {
        Targets = SystemProxies.Targets,
        Parameters = [.. parameters, .. Which],
        Missing = (deployment, arguments) => deployment.Proxies.Contains(arguments.Target) ? null : $"'{arguments.Target}' among 'deployment.proxies'",
        Apply = (context, _) => Task.FromResult(Disturb(context.System.Proxies.Of(context.Arguments.Target), context.Arguments.Target, toxic(context.Arguments) with
        {
            Toxicity = context.Arguments.Number("share")!.Value,
            Direction = context.Arguments.Text("direction") switch
            {
                "requests" => ToxicDirection.Upstream,
                "answers" => ToxicDirection.Downstream,
                _ => ToxicDirection.Both,
            },
        })),
    };

    private static AppliedAction Disturb(ToxicProxy proxy, string target, Toxic toxic) => AppliedAction.UndoneBy(proxy.Add(toxic)) with
    {
        Disproof = _ => Task.FromResult(proxy.Accepted > 0 ? null : $"nobody has reached {target} through the proxy so far"),
    };

    private static TimeSpan Time(ActionArguments arguments, string name) => arguments.Duration(name)!.Value;

    private static async Task<AppliedAction> CutAsync(ActionContext context, CancellationToken ct)
    {
        var (database, region) = (context.System.Database, context.Arguments.Target);
        var server = database[region];
        NetworkFault? cut = null;
        await database.LoseAsync(
            region,
            async () => cut = await (context.Arguments.Text("direction") switch
            {
                "requests" => NetworkFault.LoseRequestsAsync(server.Host, server.Port),
                "answers" => NetworkFault.LoseAnswersAsync(server.Host, server.Port),
                _ => NetworkFault.BlackholeAsync(server.Host, server.Port),
            }),
            async () => !await ServerProbe.AnswersAsync(server, ct));
        return new AppliedAction
        {
            Undo = async _ =>
            {
                if (Interlocked.Exchange(ref cut, null) is { } fault)
                {
                    await fault.DisposeAsync();
                }

                if (database.Writer.Region == region)
                {
                    database.Forget();
                }
            },
            Disproof = async token => await ServerProbe.AnswersAsync(server, token) ? $"{region} still answers queries" : null,
        };
    }
}
