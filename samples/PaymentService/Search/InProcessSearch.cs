using PaymentService.Products;

namespace PaymentService.Search;

/// <summary>Stands in for a search engine when none is configured.</summary>
internal sealed class InProcessSearch : ISearchEngine
{
    public ValueTask<SearchView> SearchAsync(string query, CancellationToken cancellationToken)
    {
        var hits = Catalogue.Products.Where(product => product.Title.Contains(query, StringComparison.OrdinalIgnoreCase)).ToList();
        return new(new SearchView(query, hits.Count, hits));
    }
}
