namespace PaymentService.Products;

/// <summary>The products in the service's own database, with its full-text search.</summary>
internal interface IProductTable
{
    /// <summary>The products whose titles have all the words, the best match first; at most <see cref="MostHits"/>.</summary>
    Task<IReadOnlyList<Product>> SearchAsync(string words, CancellationToken cancellationToken);

    /// <summary>How many are found at most.</summary>
    const int MostHits = 20;
}
