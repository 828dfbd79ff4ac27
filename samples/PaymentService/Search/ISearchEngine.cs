namespace PaymentService.Search;

/// <summary>Finds products.</summary>
internal interface ISearchEngine
{
    ValueTask<SearchView> SearchAsync(string query, CancellationToken cancellationToken);
}
