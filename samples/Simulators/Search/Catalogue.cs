namespace Simulators.Search;

/// <summary>What can be searched for and recommended.</summary>
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
}
