namespace Simulators.Search;

internal sealed record Product(string Id, string Title);
