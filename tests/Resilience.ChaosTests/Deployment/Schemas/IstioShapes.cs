using static Resilience.ChaosTests.Deployment.Schemas.Shape;

namespace Resilience.ChaosTests.Deployment.Schemas;

/// <summary>networking.istio.io/v1, as networking/v1alpha3/{virtual_service,destination_rule}.proto of istio/api have it.</summary>
internal static class IstioShapes
{
    private static readonly Fields Percentage = Object(("value!", Number(0, 100)));

    private static readonly Fields Route = Object(
        ("destination!", Object(("host!", Text), ("subset", Text), ("port", Object(("number!", Number(1, 65535)))))),
        ("weight", Number(0, 100)));

    /// <summary>The spec of each kind.</summary>
    public static IReadOnlyDictionary<string, Shape> Kinds { get; } = new Dictionary<string, Shape>
    {
        ["VirtualService"] = Object(
            ("hosts!", ListOf(Text)),
            ("gateways", ListOf(Text)),
            ("http!", ListOf(Object(
                ("name", Text),
                ("match", ListOf(Any)),
                ("route!", ListOf(Route)),
                ("timeout", Durations.Go),
                // Optional for the mesh, which then repeats twice.
                ("retries!", Object(("attempts!", Number(0, 10)), ("perTryTimeout", Durations.Go), ("retryOn", Text))),
                ("fault", Object(
                    ("delay", Object(("fixedDelay!", Durations.Go), ("percentage", Percentage))),
                    ("abort", Object(("httpStatus!", Number(400, 599)), ("percentage", Percentage)))))))),
            ("exportTo", ListOf(Text))),
        ["DestinationRule"] = Object(
            ("host!", Text),
            ("subsets", ListOf(Any)),
            ("exportTo", ListOf(Text)),
            ("trafficPolicy!", Object(
                ("connectionPool", Object(
                    ("tcp", Object(("maxConnections", Number(1, 100_000)), ("connectTimeout", Durations.Go))),
                    ("http", Object(
                        ("http1MaxPendingRequests", Number(1, 100_000)),
                        ("http2MaxRequests", Number(1, 100_000)),
                        ("maxRequestsPerConnection", Number(1, 100_000)),
                        ("maxRetries", Number(1, 100_000)),
                        ("idleTimeout", Durations.Go))))),
                ("outlierDetection", Object(
                    ("consecutive5xxErrors", Number(0, 1000)),
                    ("consecutiveGatewayErrors", Number(0, 1000)),
                    ("splitExternalLocalOriginErrors", Shape.Boolean),
                    ("consecutiveLocalOriginFailures", Number(0, 1000)),
                    ("interval", Durations.Go),
                    ("baseEjectionTime", Durations.Go),
                    ("maxEjectionPercent", Number(0, 100)),
                    ("minHealthPercent", Number(0, 100))))))),
    };
}
