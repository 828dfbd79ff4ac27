using Resilience.Degradation.Episodes;

namespace Resilience.Sdk.Tests.Degradation;

public sealed class EpisodeReducerTests
{
    private static readonly EpisodeRules Rules = new();

    [Fact]
    public void Down_BeginsAtOnce()
    {
        var state = At(EpisodeState.Initial, isDown: true, 5);

        Assert.Equal((EpisodePhase.Degraded, TimeSpan.FromSeconds(5), 1, true), (state.Phase, state.Since, state.Number, state.IsActive));
    }

    [Fact]
    public void Well_ComesBackAfterTheDwell_AndInFullAfterTheRamp()
    {
        var state = At(EpisodeState.Initial, isDown: true, 0);
        state = At(state, isDown: false, 1);
        Assert.Equal(EpisodePhase.Degraded, At(state, isDown: false, 10.9).Phase);
        state = At(state, isDown: false, 11);
        Assert.Equal(EpisodePhase.Recovering, state.Phase);
        Assert.True(state.IsActive);
        Assert.Equal(EpisodePhase.Recovering, At(state, isDown: false, 30.9).Phase);
        Assert.Equal((EpisodePhase.Healthy, false), (At(state, isDown: false, 31).Phase, At(state, isDown: false, 31).IsActive));
    }

    [Fact]
    public void Share_GrowsFromTheFirstTenthToAll()
    {
        var state = At(EpisodeState.Initial, isDown: true, 0);
        Assert.Equal(0, state.Share(TimeSpan.FromSeconds(0), Rules));
        state = At(At(state, isDown: false, 0), isDown: false, 10);

        Assert.Equal(0.1, state.Share(TimeSpan.FromSeconds(10), Rules));
        Assert.Equal(0.5, state.Share(TimeSpan.FromSeconds(20), Rules), 3);
        Assert.Equal(1, state.Share(TimeSpan.FromSeconds(40), Rules));
        Assert.Equal(1, EpisodeState.Initial.Share(TimeSpan.Zero, Rules));
    }

    [Fact]
    public void Relapse_WhileRecovering_DoublesTheDwell()
    {
        var state = At(At(At(EpisodeState.Initial, isDown: true, 0), isDown: false, 0), isDown: false, 10);

        state = At(state, isDown: true, 12);

        Assert.Equal((EpisodePhase.Degraded, 1, 1), (state.Phase, state.Relapses, state.Number));
        Assert.Equal(TimeSpan.FromSeconds(20), EpisodeReducer.DwellOf(state, Rules));
    }

    [Fact]
    public void Dwell_IsBounded() => Assert.Equal(Rules.MaxDwell, EpisodeReducer.DwellOf(new EpisodeState { Relapses = 1000 }, Rules));

    [Fact]
    public void Relapses_AreForgottenAfterALongTimeOfHealth()
    {
        var state = At(new EpisodeState { Phase = EpisodePhase.Healthy, Since = TimeSpan.Zero, Relapses = 3, Number = 4 }, isDown: true, 601);

        Assert.Equal(0, state.Relapses);
        Assert.Equal(4, At(new EpisodeState { Phase = EpisodePhase.Healthy, Relapses = 3, Number = 4 }, isDown: true, 60).Relapses);
    }

    [Theory]
    [InlineData(2.5, 2.5)]
    [InlineData(1, 9)]
    [InlineData(4, 11)]
    [InlineData(1, 15)]
    [InlineData(1, 35)]
    public void Flapping_FiveMinutes_AtMostSixTransitions(double downSeconds, double upSeconds)
    {
        var state = EpisodeState.Initial;
        var transitions = 0;
        for (var at = 0.0; at < 300; at += 0.25)
        {
            var next = At(state, isDown: at % (downSeconds + upSeconds) < downSeconds, at);
            transitions += next.Phase == state.Phase ? 0 : 1;
            state = next;
        }

        Assert.True(transitions <= 6, $"{transitions} transitions");
    }

    private static EpisodeState At(EpisodeState state, bool isDown, double seconds) => EpisodeReducer.Apply(state, isDown, TimeSpan.FromSeconds(seconds), Rules);
}
