namespace Simulators.Faults;

internal static class SimulatedServices
{
    public const string PaymentGateway = "payment-gateway";
    public const string MlService = "ml-service";
    public const string Elasticsearch = "elasticsearch";

    public static readonly IReadOnlyList<string> All = [PaymentGateway, MlService, Elasticsearch];
}
