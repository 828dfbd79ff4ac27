namespace GameDay.Deployment;

/// <summary>Tells where everything listens and what to try while it stays up.</summary>
internal static class Invitation
{
    public static void Print(PaymentSystem system)
    {
        var service = system.Front.GetLeftPart(UriPartial.Authority);
        var gateway = system.Simulators.BaseAddress.GetLeftPart(UriPartial.Authority);
        var lines = new[]
        {
            "",
            "Everything stays up until Ctrl-C.",
            $"  service  {service}",
            $"  page     {service}/dr",
            $"  health   {service}/health",
            $"  gateway  {gateway}/charges/summary",
            "Try:",
            $"  curl -s {service}/health | jq .database",
            $"  curl -i {service}/payments -H 'Idempotency-Key: order-1' -d '{{\"accountId\":\"a1\",\"amount\":12.50,\"currency\":\"EUR\"}}'",
            $"  curl -X PUT {gateway}/faults/payment-gateway -d '{{\"status\":503}}'      # and heal it with -X DELETE",
        };
        foreach (var line in lines)
        {
            // Not wrapped to the window, so that it can be copied.
            Console.WriteLine(line);
        }
    }
}
