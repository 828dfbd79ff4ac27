namespace PaymentService.Products;

/// <summary>What is sold, the most popular first. The table of products is filled with it.</summary>
internal static class Catalogue
{
    public static readonly IReadOnlyList<Product> Products =
    [
        new("p1", "Blue coffee mug"),
        new("p2", "Steel water bottle"),
        new("p3", "Paper notebook"),
        new("p4", "Fountain pen"),
        new("p5", "Coffee grinder"),
        new("p6", "Tea kettle"),
        new("p7", "Desk lamp"),
        new("p8", "Canvas bag"),
    ];

    /// <summary>As the rows of an SQL <c>VALUES</c>. The titles are constants of this program, without quotes.</summary>
    public static string Rows => string.Join(", ", Products.Select(product => $"('{product.Id}', '{product.Title}')"));
}
