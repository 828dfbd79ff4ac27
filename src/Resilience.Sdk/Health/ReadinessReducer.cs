using System.Collections.Immutable;

namespace Resilience.Health;

/// <summary>
/// The only place that decides about readiness: strict until everything has been well once, lenient afterwards, so that a
/// shared dependency that is lost does not take all replicas out of service together.
/// </summary>
internal static class ReadinessReducer
{
    public static ReadinessState Apply(ReadinessState state, ReadinessInput input)
    {
        if (input.IsDraining || state.Readiness == Readiness.Draining)
        {
            return state with { Readiness = Readiness.Draining, Reasons = [] };
        }

        if (!state.WasReady)
        {
            var awaited = Names(input.Subjects, subject => subject is { IsAwaited: true, WasHealthy: false });
            if (awaited.Length > 0)
            {
                return state with { Readiness = Readiness.Waiting, Reasons = awaited };
            }
        }

        var unfit = input.FleetIsShort ? input.UnfitFor : [.. input.UnfitFor, .. Names(input.Subjects, subject => FailsReadiness(subject, input.HoldOffShare))];
        if (unfit.Length > 0)
        {
            return new ReadinessState(Readiness.NotReady, state.WasReady, unfit);
        }

        ImmutableArray<string> impaired = [.. input.Impaired, .. Names(input.Subjects, IsImpaired)];
        return new ReadinessState(impaired.Length == 0 ? Readiness.Ready : Readiness.Degraded, WasReady: true, impaired);
    }

    private static bool IsImpaired(HealthSubject subject) =>
        subject.Status is CheckStatus.Unhealthy or CheckStatus.Degraded || (subject is { IsAwaited: true, Status: CheckStatus.Unknown });

    private static bool FailsReadiness(HealthSubject subject, double share) =>
        subject.Probe.FailReady && subject.DownFor is { } down && down >= subject.Probe.FailReadyAfter + (share * subject.Probe.HoldOff);

    private static ImmutableArray<string> Names(ImmutableArray<HealthSubject> subjects, Func<HealthSubject, bool> matches) =>
        [.. subjects.Where(matches).Select(subject => subject.Name)];
}
