using Microsoft.AspNetCore.Http;
using Resilience.Health;

namespace Resilience.AspNetCore.Health;

/// <summary>What all probes answer, from one moment.</summary>
internal sealed record ProbeAnswers(ProbeAnswer Startup, ProbeAnswer Live, ProbeAnswer Ready)
{
    public static readonly ProbeAnswer Starting = ProbeAnswer.Of(StatusCodes.Status503ServiceUnavailable, "starting");
    public static readonly ProbeAnswer Started = ProbeAnswer.Of(StatusCodes.Status200OK, "started");
    public static readonly ProbeAnswer Alive = ProbeAnswer.Of(StatusCodes.Status200OK, "alive");
    public static readonly ProbeAnswer Dead = ProbeAnswer.Of(StatusCodes.Status503ServiceUnavailable, "dead");

    private static readonly ProbeAnswer IsWaiting = ProbeAnswer.Of(StatusCodes.Status503ServiceUnavailable, "waiting");
    private static readonly ProbeAnswer IsReady = ProbeAnswer.Of(StatusCodes.Status200OK, "ready");
    private static readonly ProbeAnswer IsDegraded = ProbeAnswer.Of(StatusCodes.Status200OK, "degraded");
    private static readonly ProbeAnswer IsNotReady = ProbeAnswer.Of(StatusCodes.Status503ServiceUnavailable, "not-ready");
    private static readonly ProbeAnswer IsDraining = ProbeAnswer.Of(StatusCodes.Status503ServiceUnavailable, "draining");
    private static readonly ProbeAnswer IsDrainingAndServing = ProbeAnswer.Of(StatusCodes.Status200OK, "draining");

    /// <summary>Before anything is known.</summary>
    public static ProbeAnswers First { get; } = new(Starting, Alive, IsWaiting);

    public static ProbeAnswer Of(Readiness readiness, bool keepServing) => readiness switch
    {
        Readiness.Ready => IsReady,
        Readiness.Degraded => IsDegraded,
        Readiness.NotReady => IsNotReady,
        Readiness.Draining => keepServing ? IsDrainingAndServing : IsDraining,
        _ => IsWaiting,
    };
}
