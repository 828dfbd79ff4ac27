namespace Resilience.Benchmarks;

/// <summary>A client of the two regions: how it makes one committed write.</summary>
/// <param name="Name">For the table.</param>
/// <param name="WriteAsync">Writes one row with this id and returns when it is committed.</param>
/// <param name="Source">Closed at the end.</param>
internal sealed record FailoverContestant(string Name, Func<string, CancellationToken, Task> WriteAsync, IAsyncDisposable Source);
