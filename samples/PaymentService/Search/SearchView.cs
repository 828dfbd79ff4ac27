using PaymentService.Products;

namespace PaymentService.Search;

/// <summary>What a search has found, as the search engine writes it and as it is answered.</summary>
internal sealed record SearchView(string Query, int Total, IReadOnlyList<Product> Items);
