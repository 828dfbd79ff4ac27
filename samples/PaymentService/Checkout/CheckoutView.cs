namespace PaymentService.Checkout;

internal sealed record CheckoutView(bool InstantCheckout);
