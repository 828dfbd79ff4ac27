using GameDay.Deployment;

namespace GameDay.Actions;

/// <summary>What the services do to each request that this one calls.</summary>
internal static class ServiceActions
{
    public static IReadOnlyList<ActionKind> All { get; } =
    [
        new("service-down", "breaks the connection of each call to a service") { Targets = SimulatorFaults.Services, Apply = (context, ct) => SetAsync(context, new { down = true }, ct) },
        new("service-hangs", "answers no call to a service") { Targets = SimulatorFaults.Services, Apply = (context, ct) => SetAsync(context, new { hang = true }, ct) },
        new("service-fails", "answers a share of the calls with a status")
        {
            Targets = SimulatorFaults.Services,
            Parameters = [new("share", ParameterType.Share, "1"), new("status", ParameterType.Number, "503"), new("when", ParameterType.Text, "before") { Choices = ["before", "after"] }],
            Apply = (context, ct) => SetAsync(
                context,
                new { failureRate = context.Arguments.Number("share"), status = (int)context.Arguments.Number("status")!, when = context.Arguments.Text("when") },
                ct),
        },
        new("service-slow", "makes each call take longer")
        {
            Targets = SimulatorFaults.Services,
            Parameters = [new("latency", ParameterType.Duration, "200ms"), new("jitter", ParameterType.Duration, "50ms")],
            Apply = (context, ct) => SetAsync(
                context,
                new { latencyMs = context.Arguments.Duration("latency")!.Value.TotalMilliseconds, jitterMs = context.Arguments.Duration("jitter")!.Value.TotalMilliseconds },
                ct),
        },
    ];

    private static async Task<AppliedAction> SetAsync(ActionContext context, object fault, CancellationToken ct)
    {
        var (faults, service) = (context.System.Faults, context.Arguments.Target);
        await faults.SetAsync(service, fault, ct);
        return new AppliedAction
        {
            Undo = token => faults.HealAsync(service, token),
            Disproof = async token => await faults.IsFaultyAsync(service, token) ? null : $"the simulator has no fault for {service}",
        };
    }
}
