namespace PaymentService.Payments;

/// <summary>A payment of which only the queue knows.</summary>
internal sealed record StatusView(string Id, string Status);
