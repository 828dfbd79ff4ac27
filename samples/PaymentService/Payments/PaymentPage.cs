namespace PaymentService.Payments;

internal sealed record PaymentPage(IReadOnlyList<PaymentView> Items, string? Next);
