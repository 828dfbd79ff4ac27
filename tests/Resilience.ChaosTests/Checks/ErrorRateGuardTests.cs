using GameDay.History;
using GameDay.Load;

namespace Resilience.ChaosTests.Checks;

public sealed class ErrorRateGuardTests
{
    [Theory]
    [InlineData(50, 2, false)]
    [InlineData(50, 3, true)]
    [InlineData(49, 49, false)]
    [InlineData(100, 5, false)]
    [InlineData(100, 6, true)]
    public void Observe_RequestsWithinASecond_TripsAboveFivePercentOfAtLeastFifty(int requests, int failed, bool trips)
    {
        using var guard = new ErrorRateGuard(rate: 1_000, maxErrorRate: 0.05);
        guard.Arm();

        // The failures come last, so that no part of the second looks worse than the whole.
        for (var i = 0; i < requests; i++)
        {
            guard.Observe(At(i * 0.005, i >= requests - failed));
        }

        Assert.Equal(trips, guard.Reason is not null);
    }

    [Fact]
    public void Observe_OldFailures_AreForgotten()
    {
        using var guard = new ErrorRateGuard(rate: 1_000, maxErrorRate: 0.05);
        guard.Arm();
        for (var i = 0; i < 49; i++)
        {
            guard.Observe(At(0, failed: true));
        }

        for (var i = 0; i < 60; i++)
        {
            guard.Observe(At(1.5 + (i * 0.01), failed: false));
        }

        Assert.Null(guard.Reason);
    }

    [Fact]
    public void Observe_SlowLoad_StillTrips()
    {
        using var guard = new ErrorRateGuard(rate: 10, maxErrorRate: 0.05);
        guard.Arm();
        for (var i = 0; i < 60; i++)
        {
            guard.Observe(At(i * 0.1, failed: true));
        }

        Assert.True(guard.Tripped.WaitHandle.WaitOne(TimeSpan.FromSeconds(10)));
    }

    private static Operation At(double seconds, bool failed) => new()
    {
        Kind = OperationKind.Pay,
        IntendedAt = TimeSpan.Zero,
        SentAt = TimeSpan.Zero,
        EndedAt = TimeSpan.FromSeconds(seconds),
        Outcome = failed ? Outcome.Failed : Outcome.Succeeded,
    };
}
