using Microsoft.FeatureManagement;
using PaymentService.Services;

namespace PaymentService.Checkout;

/// <summary>What the checkout offers. While the gateway is down, nothing that needs it at once.</summary>
internal static class CheckoutEndpoints
{
    private const string InstantCheckout = "instant-checkout";

    public static void AddCheckout(this WebApplicationBuilder builder)
    {
        builder.AddDefaults([new($"FeatureManagement:{InstantCheckout}", "true")]);
        builder.Services.AddFeatureManagement().AddDrDegradation();
    }

    public static void MapCheckout(this IEndpointRouteBuilder routes) => routes.MapGet(
        "/checkout", async (IFeatureManager features) => Results.Ok(new CheckoutView(await features.IsEnabledAsync(InstantCheckout))));
}
