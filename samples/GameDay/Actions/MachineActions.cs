using GameDay.Deployment;
using Resilience.TestKit;

namespace GameDay.Actions;

/// <summary>What happens to the machine, its disks and its names.</summary>
internal static class MachineActions
{
    // Ends by itself when nobody is left to undo it.
    private static readonly TimeSpan LongestStress = TimeSpan.FromMinutes(2);

    public static IReadOnlyList<ActionKind> All { get; } =
    [
        new("stress-cpu", "keeps the processors busy") { Parameters = [new("workers", ParameterType.Number, "4")], Apply = StressAsync },
        new("fill-disk", "leaves no room on a disk")
        {
            Targets = ["database", "journal"],
            Missing = (deployment, arguments) => arguments.Target switch
            {
                "database" when !deployment.SmallDatabaseDisk => "'deployment.small-database-disk: true'",
                "journal" when deployment.JournalDisk != JournalDisk.Small => "'deployment.journal-disk: small'",
                _ => null,
            },
            Apply = FillAsync,
        },
        new("answer-names", "lets the name of a region be answered wrongly or not at all")
        {
            Targets = ["us-east-1", "us-west-2"],
            Parameters = [new("answer", ParameterType.Text, "nxdomain") { Choices = RegionNames.Answers }],
            Missing = (deployment, _) => deployment.Names ? null : "'deployment.names: true'",
            Apply = AnswerAsync,
        },
    ];

    private static async Task<AppliedAction> StressAsync(ActionContext context, CancellationToken ct)
    {
        var stress = await CpuStress.StartAsync(LongestStress, (int)context.Arguments.Number("workers")!.Value, ct);
        return AppliedAction.UndoneBy(stress) with { Disproof = _ => Task.FromResult(stress.IsRunning ? null : "the busy processes ended at once") };
    }

    private static Task<AppliedAction> FillAsync(ActionContext context, CancellationToken ct) =>
        Task.FromResult(AppliedAction.UndoneBy(context.System.Disks.Fill(context.Arguments.Target)) with
        {
            Disproof = _ => Task.FromResult(context.System.Disks.FreeBytesOf(context.Arguments.Target) is > 0 and var free ? $"there is room for {free} bytes" : null),
        });

    private static Task<AppliedAction> AnswerAsync(ActionContext context, CancellationToken ct)
    {
        var (names, region) = (context.System.Names!, context.Arguments.Target);
        var answer = context.Arguments.Text("answer")!;
        names.Answer(region, answer);
        return Task.FromResult(new AppliedAction
        {
            Disproof = token => names.DisproofAsync(region, answer, token),
            Undo = _ =>
            {
                names.Answer(region, RegionNames.Truth);
                return Task.CompletedTask;
            },
        });
    }
}
