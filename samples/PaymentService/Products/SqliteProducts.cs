using PaymentService.Ledger;

namespace PaymentService.Products;

/// <summary>Products in the file of the embedded service, through FTS5.</summary>
internal sealed class SqliteProducts(SqliteStore store) : IProductTable
{
    public static readonly string Create = $"""

        CREATE VIRTUAL TABLE IF NOT EXISTS products USING fts5(id UNINDEXED, title, tokenize = 'porter');
        WITH known(id, title) AS (VALUES {Catalogue.Rows})
        INSERT INTO products (id, title) SELECT id, title FROM known WHERE id NOT IN (SELECT id FROM products);
        """;

    private const string Search = "SELECT id, title FROM products WHERE products MATCH $words ORDER BY rank, id LIMIT $most";

    public Task<IReadOnlyList<Product>> SearchAsync(string words, CancellationToken cancellationToken) => store.ReadAsync(
        async connection =>
        {
            await using var command = connection.CreateCommand();
            command.CommandText = Search;
            command.Parameters.AddWithValue("$words", Quote(words));
            command.Parameters.AddWithValue("$most", IProductTable.MostHits);
            return await ProductRows.QueryAsync(command, cancellationToken);
        },
        cancellationToken);

    /// <summary>Each word as a string of FTS5, so that nothing in it is syntax.</summary>
    private static string Quote(string words) =>
        string.Join(' ', words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(word => $"\"{word.Replace("\"", "\"\"", StringComparison.Ordinal)}\""));
}
