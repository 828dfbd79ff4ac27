namespace Resilience.Fleet;

/// <summary>
/// What other replicas have told, and how long ago. Whether one is silent is told by its note staying the same on our own clock:
/// clocks of replicas differ. Not thread-safe; the member's loop alone writes it.
/// </summary>
internal sealed class FleetPeers
{
    public const int Most = 200;
    public static readonly TimeSpan ForgottenAfter = TimeSpan.FromMinutes(10);

    private readonly Dictionary<string, Peer> _peers = new(StringComparer.Ordinal);

    /// <param name="notes">All notes.</param>
    /// <param name="now">Our monotonic clock.</param>
    /// <param name="utcNow">Our other clock, for what is seen the first time.</param>
    /// <returns>The names of those that have been silent for so long that they are no more.</returns>
    public IReadOnlyList<string> Read(IReadOnlyDictionary<string, byte[]> notes, TimeSpan now, DateTimeOffset utcNow)
    {
        foreach (var gone in _peers.Keys.Except(notes.Keys).ToList())
        {
            _peers.Remove(gone);
        }

        foreach (var (name, bytes) in notes)
        {
            if (ReplicaNote.Read(bytes) is not { } note || (_peers.Count >= Most && !_peers.ContainsKey(name)))
            {
                _peers.Remove(name);
                continue;
            }

            if (!_peers.TryGetValue(name, out var known))
            {
                var age = utcNow - note.At;
                _peers[name] = new Peer(note, now - (age > TimeSpan.Zero ? age : TimeSpan.Zero));
            }
            else if (known.Note.Sequence != note.Sequence || known.Note.At != note.At)
            {
                _peers[name] = new Peer(note, now);
            }
        }

        return [.. _peers.Where(one => now - one.Value.HeardAt > ForgottenAfter).Select(one => one.Key)];
    }

    public IEnumerable<(string Name, ReplicaNote Note, TimeSpan HeardAt)> All => _peers.Select(one => (one.Key, one.Value.Note, one.Value.HeardAt));

    private sealed record Peer(ReplicaNote Note, TimeSpan HeardAt);
}
