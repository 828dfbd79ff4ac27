namespace PaymentService.Payments;

/// <summary>A payment that has no outcome yet.</summary>
internal sealed record AcceptedView(string Id, string Status, string Message);
