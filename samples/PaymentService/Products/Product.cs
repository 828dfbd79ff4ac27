namespace PaymentService.Products;

/// <summary>What is sold.</summary>
internal sealed record Product(string Id, string Title);
