using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using Resilience.Internal;
using Resilience.Postgres;
using Resilience.Regions;

namespace Resilience.Fleet;

/// <summary>
/// Reads what replicas share of each database, merges what this one knows, and follows what came out. What counts is decided by
/// <see cref="HoldState"/> and by terms. One loop calls it.
/// </summary>
internal sealed partial class FleetExchange(IFleetStore store, Func<IReadOnlyList<ISharedDatabase>> all, MonotonicClock clock, ILogger logger)
{
    /// <summary>
    /// How long nothing is taken for granted while nothing is stored about a hold: the store may just have lost everything, and those who
    /// know of one are about to write it again. After that it is stored that nobody holds. Longer than <see cref="FleetMember.FirstPatience"/>, and both
    /// together at most <see cref="SwitchHold.LongestUnasked"/>.
    /// </summary>
    public static readonly TimeSpan EmptyPatience = TimeSpan.FromSeconds(3);

    private const int MostAttempts = 5;

    private readonly HashSet<string> _unreadable = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TimeSpan> _emptySince = new(StringComparer.Ordinal);

    /// <summary>One exchange about each database.</summary>
    /// <exception cref="Exception">The store could not be read, or a record not be written; of the others what there was has been heard.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var databases = all();
        var records = await ReadAsync([.. databases.Select(database => database.Name)], cancellationToken);
        ExceptionDispatchInfo? first = null;
        foreach (var database in databases)
        {
            try
            {
                await ExchangeAsync(database, records.GetValueOrDefault(database.Name), cancellationToken);
            }
#pragma warning disable CA1031 // One record that cannot be written must not keep the others from being heard.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                first ??= ExceptionDispatchInfo.Capture(exception);
            }
        }

        first?.Throw();
    }

    private async Task<IReadOnlyDictionary<string, byte[]>> ReadAsync(IReadOnlyList<string> databases, CancellationToken cancellationToken)
    {
        try
        {
            return await store.ReadAsync(databases, cancellationToken);
        }
        catch
        {
            // Whatever it has when it is back, it may have lost since.
            _emptySince.Clear();
            throw;
        }
    }

    private async Task ExchangeAsync(ISharedDatabase database, byte[]? bytes, CancellationToken cancellationToken)
    {
        for (var attempt = 1; !await MergeAsync(database, bytes, cancellationToken); attempt++)
        {
            if (attempt == MostAttempts)
            {
                throw new IOException($"the record of '{database.Name}' changed {MostAttempts} times while it was being written");
            }

            bytes = (await ReadAsync([database.Name], cancellationToken)).GetValueOrDefault(database.Name);
        }
    }

    /// <returns>False when the record has changed since it was read.</returns>
    private async Task<bool> MergeAsync(ISharedDatabase database, byte[]? bytes, CancellationToken cancellationToken)
    {
        var stored = DatabaseRecord.Read(bytes);
        if (stored is null && _unreadable.Add(database.Name))
        {
            Guarded.Run(() => LogUnreadable(logger, database.Name, store.PlaceOf(database.Name)));
        }

        // First what others know, whatever becomes of the writing: a process that starts chooses its first writer as soon as it is told
        // that they have been asked.
        var topology = database.Topology;
        if (stored?.Term is { } term && topology.KnownTerm(term.Cluster) < term.Writer)
        {
            database.Hear(new RememberedTerm(term.Cluster, term.Writer, store.PlaceOf(database.Name)));
        }

        var (hold, told) = database.Hold.Merge(stored?.Hold, MayBeLost(database.Name, stored?.Hold));
        if (hold == stored?.Hold)
        {
            Follow(database, hold, told);
        }

        var before = stored ?? DatabaseRecord.Empty;
        var merged = before.With(SharedTerm.Of(topology), topology.Writer is not null) with { Hold = hold };
        if (merged != before)
        {
            if (!await store.TryReplaceAsync(database.Name, bytes, merged.Write(), cancellationToken))
            {
                return false;
            }

            Follow(database, hold, told);
        }

        return true;
    }

    /// <param name="database">The database.</param>
    /// <param name="decided">What stands in the record; null when nothing was said yet, and nobody has been heard.</param>
    /// <param name="told">The own decision that is in it.</param>
    private static void Follow(ISharedDatabase database, HoldDecision? decided, HoldDecision? told)
    {
        if (decided is not null)
        {
            database.Hold.Adopt(decided, told);
            database.FollowHold();
        }
    }

    /// <summary>Whether nothing has been stored about the hold for so short a time that somebody may be about to.</summary>
    private bool MayBeLost(string database, HoldDecision? stored)
    {
        if (stored is not null)
        {
            _emptySince.Remove(database);
            return false;
        }

        var now = clock.Now;
        if (!_emptySince.TryGetValue(database, out var since))
        {
            _emptySince[database] = since = now;
        }

        return now - since < EmptyPatience;
    }

    [LoggerMessage(1462, LogLevel.Error, "'{Dependency}': what replicas share of it cannot be read ({Place}). It is taken for missing, which releases nothing, and is written anew once there is something to share. Said once")]
    private static partial void LogUnreadable(ILogger logger, string dependency, string place);
}
