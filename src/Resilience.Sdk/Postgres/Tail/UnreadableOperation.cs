namespace Resilience.Postgres.Tail;

/// <summary>Stands for one that this program cannot read: the writer may have it all the same, which the ledger tells before this is run.</summary>
internal sealed class UnreadableOperation(string name) : IReplayableOperation
{
    public Task ApplyAsync(OperationContext context, CancellationToken cancellationToken) => throw new InvalidOperationException(
        $"This program has no operation '{name}' that can be read from its journal. Start the version that wrote it, or add the operation under this name.");
}
