using System.Collections.Concurrent;
using Resilience.Fleet;

namespace Resilience.Sdk.Tests.Fleet;

/// <summary>What replicas share, in memory; it can be away, hang, and lose all its data.</summary>
internal sealed class FakeStore : IFleetStore
{
    public ConcurrentDictionary<string, byte[]> Records { get; } = new(StringComparer.Ordinal);

    public ConcurrentDictionary<string, byte[]> Notes { get; } = new(StringComparer.Ordinal);

    public bool IsAway { get; set; }

    public bool Hangs { get; set; }

    /// <summary>It can be read and not written, as a Redis that cannot save.</summary>
    public bool RefusesWrites { get; set; }

    /// <summary>It is away once it has written the next record, and says nothing of it.</summary>
    public bool LosesAnswers { get; set; }

    public bool IsAwayOrRefuses => IsAway || RefusesWrites || LosesAnswers || BeforeReplace is not null;

    public int Reads { get; private set; }

    public int NoteReads { get; private set; }

    /// <summary>Somebody else changes a record between its reading and its writing.</summary>
    public Func<Task>? BeforeReplace { get; set; }

    public string Name => "cache";

    public string PlaceOf(string database) => $"field {database}";

    public async Task<IReadOnlyDictionary<string, byte[]>> ReadAsync(IReadOnlyList<string> databases, CancellationToken cancellationToken)
    {
        await AnswerAsync(cancellationToken);
        Reads++;
        return new Dictionary<string, byte[]>(Records);
    }

    public async Task<bool> TryReplaceAsync(string database, byte[]? expected, byte[] record, CancellationToken cancellationToken)
    {
        await AnswerAsync(cancellationToken);
        if (RefusesWrites)
        {
            throw new IOException("MISCONF");
        }

        await (BeforeReplace?.Invoke() ?? Task.CompletedTask);
        if (!(Records.TryGetValue(database, out var there) ? expected is not null && there.AsSpan().SequenceEqual(expected) : expected is null))
        {
            return false;
        }

        Records[database] = record;
        if (LosesAnswers)
        {
            IsAway = true;
            throw new IOException("the connection broke");
        }

        return true;
    }

    public async Task PublishAsync(string replica, byte[] note, CancellationToken cancellationToken)
    {
        await AnswerAsync(cancellationToken);
        Notes[replica] = note;
    }

    public async Task<IReadOnlyDictionary<string, byte[]>> NotesAsync(CancellationToken cancellationToken)
    {
        await AnswerAsync(cancellationToken);
        NoteReads++;
        return new Dictionary<string, byte[]>(Notes);
    }

    public async Task ForgetAsync(IReadOnlyList<string> replicas, CancellationToken cancellationToken)
    {
        await AnswerAsync(cancellationToken);
        foreach (var replica in replicas)
        {
            Notes.TryRemove(replica, out _);
        }
    }

    private Task AnswerAsync(CancellationToken cancellationToken) =>
        IsAway ? Task.FromException(new IOException("refused")) : Hangs ? Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken) : Task.CompletedTask;
}
