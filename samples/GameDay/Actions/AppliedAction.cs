namespace GameDay.Actions;

/// <summary>An action that has been done.</summary>
internal sealed record AppliedAction
{
    public static AppliedAction Final { get; } = new();

    /// <summary>Makes it undone; may be called when it is undone already. Null: there is nothing to undo.</summary>
    public Func<CancellationToken, Task>? Undo { get; init; }

    /// <summary>Asks whoever was hit whether it is real: null when it is, else what speaks against it.</summary>
    public Func<CancellationToken, Task<string?>>? Disproof { get; init; }

    public static AppliedAction UndoneBy(IAsyncDisposable fault) => new() { Undo = async _ => await fault.DisposeAsync() };

    public static AppliedAction UndoneBy(IDisposable fault) => new()
    {
        Undo = _ =>
        {
            fault.Dispose();
            return Task.CompletedTask;
        },
    };
}
