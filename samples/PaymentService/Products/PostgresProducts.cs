using Npgsql;
using PaymentService.Ledger;
using Resilience.Postgres;

namespace PaymentService.Products;

/// <summary>Products in the regional database, read in whatever region is near: they hardly change.</summary>
internal sealed class PostgresProducts([FromKeyedServices(RegionalLedger.Dependency)] RegionalDataSource db) : IProductTable
{
    private static readonly TimeSpan Staleness = TimeSpan.FromHours(1);

    public static readonly string Create = $"""

        CREATE TABLE IF NOT EXISTS products (id text PRIMARY KEY, title text NOT NULL);
        INSERT INTO products (id, title) VALUES {Catalogue.Rows} ON CONFLICT DO NOTHING;
        CREATE INDEX IF NOT EXISTS products_title ON products USING gin (to_tsvector('english', title));
        """;

    private const string Search = """
        SELECT id, title FROM products, plainto_tsquery('english', $1) AS words
        WHERE to_tsvector('english', title) @@ words
        ORDER BY ts_rank(to_tsvector('english', title), words) DESC, id LIMIT $2
        """;

    public async Task<IReadOnlyList<Product>> SearchAsync(string words, CancellationToken cancellationToken) => await db.ReadAsync(
        Staleness,
        async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(Search, connection)
            {
                Parameters = { new NpgsqlParameter { Value = words }, new NpgsqlParameter { Value = IProductTable.MostHits } },
            };
            return await ProductRows.QueryAsync(command, token);
        },
        cancellationToken);
}
