using System.Text.Json;

namespace Resilience.Fleet;

/// <summary>What a replica tells the others about itself. Shown to people, and acted on by nobody.</summary>
/// <param name="Sequence">Grows with each note: one that stays the same is of a replica that is silent.</param>
/// <param name="At">When it was written, on its clock.</param>
/// <param name="Region">Where it runs; null when it is not told.</param>
/// <param name="Status"><c>ready</c>, <c>degraded</c>, <c>no-writer</c> or <c>draining</c>.</param>
/// <param name="Databases">Where it writes.</param>
/// <param name="Episodes">What is degraded there.</param>
internal sealed record ReplicaNote(
    long Sequence, DateTimeOffset At, string? Region, string Status, IReadOnlyList<DatabaseNote> Databases, IReadOnlyList<EpisodeNote> Episodes)
{
    private const int MostBytes = 16 * 1024;
    private const int MostEntries = 64;

    /// <returns>Null when it cannot be one.</returns>
    public static ReplicaNote? Read(byte[] bytes)
    {
        try
        {
            return bytes.Length <= MostBytes && JsonSerializer.Deserialize(bytes, FleetJson.Default.ReplicaNote) is { Status: not null, Databases: not null, Episodes: not null } note
                && note.Databases.All(one => one?.Name is not null) && note.Episodes.All(one => one is { Dependency: not null, Phase: not null } && double.IsFinite(one.SinceSeconds)) ? note : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>As bytes; with so many databases or episodes that it would be too large, the first of them.</summary>
    public byte[] Write()
    {
        for (var most = MostEntries; ; most /= 2)
        {
            var note = this with { Databases = [.. Databases.Take(most)], Episodes = [.. Episodes.Take(most)] };
            var bytes = JsonSerializer.SerializeToUtf8Bytes(note, FleetJson.Default.ReplicaNote);
            if (bytes.Length <= MostBytes || most == 0)
            {
                return bytes;
            }
        }
    }
}
