using System.Collections.Immutable;
using Resilience.Internal;

namespace Resilience.Fleet;

/// <summary>
/// What replicas tell of themselves for people to see: this one leaves its note, and reads those of the others, often while somebody
/// looks. Nothing is decided by it.
/// </summary>
/// <remarks><see cref="ExchangeAsync"/> and <see cref="ForgetAsync"/> are called by one loop; the others by any thread.</remarks>
internal sealed class FleetNotes(string name, IFleetStore store, Func<ReplicaNote> note, MonotonicClock clock)
{
    /// <summary>How often they are read while nobody looks: who looks then sees no older ones first, and notes of those that are gone do not gather.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan LookedAtFor = TimeSpan.FromSeconds(5);

    private readonly FleetPeers _peers = new();
    private volatile IReadOnlyList<FleetReplica> _others = [];
    private TimeSpan? _readAt;
    private long _sequence;
    private long _lookedAtUntil = long.MinValue;

    /// <summary>Somebody looks: the notes of the others are read often for some seconds.</summary>
    /// <returns>True when nobody has looked for a while, so that what is known of the others is old.</returns>
    public bool Look()
    {
        var now = clock.Now;
        return Interlocked.Exchange(ref _lookedAtUntil, (now + LookedAtFor).Ticks) < now.Ticks;
    }

    /// <summary>This replica as it is now, and the last that is known of the others, by name.</summary>
    public ImmutableArray<FleetReplica> Replicas() =>
        [.. _others.Append(new FleetReplica(name, IsThis: true, TimeSpan.Zero, note())).OrderBy(replica => replica.Name, StringComparer.Ordinal)];

    /// <summary>Leaves this replica's note, and reads the others' when somebody has looked lately, or it is time again.</summary>
    public async Task ExchangeAsync(CancellationToken cancellationToken)
    {
        await store.PublishAsync(name, (note() with { Sequence = ++_sequence }).Write(), cancellationToken);
        if (Interlocked.Read(ref _lookedAtUntil) < clock.Now.Ticks && clock.Now - _readAt < Idle)
        {
            return;
        }

        var notes = await store.NotesAsync(cancellationToken);
        var now = clock.Now;
        _readAt = now;
        var gone = _peers.Read(notes, now, clock.Time.GetUtcNow());
        _others = [.. _peers.All.Where(peer => peer.Name != name).Select(peer => new FleetReplica(peer.Name, IsThis: false, now - peer.HeardAt, peer.Note))];
        if (gone.Count > 0)
        {
            await store.ForgetAsync(gone, cancellationToken);
        }
    }

    /// <summary>Takes this replica's note away.</summary>
    public Task ForgetAsync(CancellationToken cancellationToken) => store.ForgetAsync([name], cancellationToken);
}
