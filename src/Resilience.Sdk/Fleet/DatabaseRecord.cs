using System.Text.Json;
using Resilience.Postgres;
using Resilience.Regions;

namespace Resilience.Fleet;

/// <summary>What all replicas have to know of one database.</summary>
/// <param name="Term">The highest term that any of them has seen; null when none has seen any.</param>
/// <param name="Hold">What was decided last about holding all switches; null when nothing was.</param>
internal sealed record DatabaseRecord(SharedTerm? Term, HoldDecision? Hold)
{
    public static readonly DatabaseRecord Empty = new(null, null);

    private const int MostBytes = 4096;

    /// <returns>The record; <see cref="Empty"/> when there is none; null when it cannot be one.</returns>
    public static DatabaseRecord? Read(byte[]? bytes)
    {
        if (bytes is null)
        {
            return Empty;
        }

        try
        {
            return bytes.Length <= MostBytes && JsonSerializer.Deserialize(bytes, FleetJson.Default.DatabaseRecord) is { } read && read.IsSane ? read : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, FleetJson.Default.DatabaseRecord);

    /// <summary>With the higher of two terms. Of two clusters the one counts that this replica has a writer of; without one, what is there.</summary>
    /// <param name="seen">What this replica has seen.</param>
    /// <param name="hasWriter">Whether its writer is of that cluster.</param>
    public DatabaseRecord With(SharedTerm? seen, bool hasWriter) => seen switch
    {
        null => this,
        _ when Term is null => this with { Term = seen },
        _ when Term.Cluster == seen.Cluster => seen.Writer > Term.Writer ? this with { Term = seen } : this,
        _ => hasWriter ? this with { Term = seen } : this,
    };

    private bool IsSane => Hold is null or { Version: >= 0 and < HoldNote.Largest }
        && IsNobodyOrSomebody(Hold?.Principal) && IsNobodyOrSomebody(Hold?.EndedHolder)
        && Term is null or { Epoch: >= 0, Timeline: >= 0 };

    private static bool IsNobodyOrSomebody(string? principal) => principal is null || Principal.IsValid(principal);
}
