using System.Data.Common;

namespace PaymentService.Products;

/// <summary>Reads products: their id, then their title.</summary>
internal static class ProductRows
{
    public static async Task<IReadOnlyList<Product>> QueryAsync(DbCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<Product>();
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(new Product(reader.GetString(0), reader.GetString(1)));
        }

        return found;
    }
}
