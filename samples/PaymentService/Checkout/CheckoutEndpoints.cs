using Microsoft.Extensions.Configuration.Memory;
using Microsoft.FeatureManagement;

namespace PaymentService.Checkout;

/// <summary>What the checkout offers. While the gateway is down, nothing that needs it at once.</summary>
internal static class CheckoutEndpoints
{
    private const string InstantCheckout = "instant-checkout";

    public static void AddCheckout(this WebApplicationBuilder builder)
    {
        // First in the list, so that any other source overrides it.
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = [new($"FeatureManagement:{InstantCheckout}", "true")] });
        builder.Services.AddFeatureManagement().AddDrDegradation();
    }

    public static void MapCheckout(this IEndpointRouteBuilder routes) => routes.MapGet(
        "/checkout", async (IFeatureManager features) => Results.Ok(new CheckoutView(await features.IsEnabledAsync(InstantCheckout))));
}
