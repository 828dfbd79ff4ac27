using System.Collections.Immutable;
using System.Threading.Channels;
using Resilience.Degradation;
using Resilience.Degradation.Episodes;
using Resilience.Degradation.Plan;

namespace Resilience.Sdk.Tests.Degradation;

/// <summary>What holds while an episode lasts, and that nothing of it stays.</summary>
public sealed class EpisodeMonitorTests
{
    private static readonly DisableFeatureAction NoInstantCheckout = new("instant-checkout");

    [Fact]
    public async Task Episode_TurnsActionsOnOnce_AndOffAtItsEnd()
    {
        await using var rig = new DegradationRig(NoInstantCheckout, new ReducePersonalizationAction("generic"), new AlertAction(AlertSeverity.Warning, "degraded"));
        rig.Monitor.Tick();
        Assert.Equal((false, "full"), State(rig));

        rig.Is(DependencyCondition.Down);
        rig.Pass(30);
        Assert.Equal((true, "generic"), State(rig));

        rig.Is(DependencyCondition.Well);
        rig.Pass(29);
        Assert.Equal((true, "generic"), State(rig));
        rig.Pass(2);
        Assert.Equal((false, "full"), State(rig));

        await rig.Alerts.DisposeAsync();
        Assert.Equal(2, rig.Told.Count);
        Assert.Equal([false, true], rig.Told.Select(notice => notice.EndsAt is not null));
        Assert.Single(rig.Told.Select(notice => notice.DeduplicationKey).Distinct());
    }

    [Fact]
    public async Task TwoRules_DisableOneFeature_TheFirstEndDoesNotSwitchItOn()
    {
        await using var rig = new DegradationRig();
        rig.Plan = DegradationRig.PlanOf(("payments", "gateway", [NoInstantCheckout]), ("search", "elasticsearch", [NoInstantCheckout]));
        rig.Is(DependencyCondition.Down, "gateway");
        rig.Is(DependencyCondition.Down);

        rig.Is(DependencyCondition.Well);
        rig.Pass(40);
        Assert.True(rig.Degrader.IsDisabled("instant-checkout"));

        rig.Is(DependencyCondition.Well, "gateway");
        rig.Pass(40);
        Assert.False(rig.Degrader.IsDisabled("Instant-Checkout"));
    }

    [Fact]
    public async Task TwoRules_ReducePersonalization_TheLowestLevelHolds()
    {
        await using var rig = new DegradationRig();
        rig.Plan = DegradationRig.PlanOf(
            ("a", "gateway", [new ReducePersonalizationAction("generic")]), ("b", "elasticsearch", [new ReducePersonalizationAction("segment")]));
        rig.Is(DependencyCondition.Down);
        Assert.Equal("segment", rig.Degrader.PersonalizationLevel);
        rig.Is(DependencyCondition.Down, "gateway");
        Assert.Equal("generic", rig.Degrader.PersonalizationLevel);
    }

    [Fact]
    public async Task RuleRemovedDuringAnEpisode_ItsEffectsEnd()
    {
        await using var rig = new DegradationRig(NoInstantCheckout, new AlertAction(AlertSeverity.Warning, "degraded"));
        rig.Is(DependencyCondition.Down);

        rig.Plan = DegradationPlan.Empty;
        rig.Monitor.Tick();

        Assert.False(rig.Degrader.IsDisabled("instant-checkout"));
        await rig.Alerts.DisposeAsync();
        Assert.Equal(2, rig.Told.Count);
        Assert.NotNull(rig.Told.Last().EndsAt);
    }

    [Fact]
    public async Task ActionRemovedDuringAnEpisode_TheOthersStay()
    {
        await using var rig = new DegradationRig(NoInstantCheckout, new ReducePersonalizationAction("generic"));
        rig.Is(DependencyCondition.Down);

        rig.Plan = DegradationRig.PlanOf(("search", "elasticsearch", [new ReducePersonalizationAction("generic")]));
        rig.Monitor.Tick();

        Assert.Equal((false, "generic"), State(rig));
    }

    [Fact]
    public async Task OwnAction_IsToldOfBeginningAndEnd_AndMayFail()
    {
        var told = Channel.CreateUnbounded<(string, bool, string)>();
        await using var rig = new DegradationRig(new CustomAction("page_on_call", ImmutableDictionary<string, string>.Empty.Add("team", "search")), new CustomAction("breaks", ImmutableDictionary<string, string>.Empty));
        rig.Registry.Add("page_on_call", (_, notice, _) =>
        {
            told.Writer.TryWrite((notice.Service, notice.Began, notice.Settings["team"]));
            return default;
        });
        rig.Registry.Add("breaks", (_, _, _) => throw new InvalidOperationException());

        rig.Is(DependencyCondition.Down);
        Assert.Equal(("search", true, "search"), await told.Reader.ReadAsync());
        rig.Is(DependencyCondition.Well);
        rig.Pass(40);

        Assert.Equal(("search", false, "search"), await told.Reader.ReadAsync());
    }

    [Fact]
    public async Task Flapping_FiveMinutes_OneAlertEachWay()
    {
        await using var rig = new DegradationRig(new AlertAction(AlertSeverity.Warning, "degraded"));
        for (var second = 0; second < 300; second += 5)
        {
            rig.Is(second % 10 == 0 ? DependencyCondition.Down : DependencyCondition.Well);
            rig.Pass(5);
        }

        rig.Is(DependencyCondition.Well);
        rig.Pass(360);
        await rig.Alerts.DisposeAsync();
        Assert.Equal(2, rig.Told.Count);
    }

    private static (bool, string) State(DegradationRig rig) => (rig.Degrader.IsDisabled("instant-checkout"), rig.Degrader.PersonalizationLevel);
}
