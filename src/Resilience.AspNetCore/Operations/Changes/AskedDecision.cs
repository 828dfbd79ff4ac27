using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Resilience.Regions;

namespace Resilience.AspNetCore.Operations.Changes;

/// <summary>What a request to decide says besides its address.</summary>
/// <param name="Region">The region that is meant.</param>
/// <param name="HeldBy">Who holds, of the hold that is meant.</param>
/// <param name="HeldSince">Since when; both are there or neither.</param>
internal sealed record AskedDecision(string? Region, string? HeldBy, DateTimeOffset? HeldSince)
{
    public static readonly AskedDecision Nothing = new(null, null, null);

    private const int MostBytes = 1024;

    /// <returns><see cref="Nothing"/> of an empty body; null when it is too large, no JSON object, or says something else there.</returns>
    public static async Task<AskedDecision?> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        // One byte more than allowed tells a full body from one that goes on, with a length or in chunks.
        var buffer = new byte[MostBytes + 1];
        var length = await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        if (length == 0)
        {
            return Nothing;
        }

        if (length > MostBytes || !request.HasJsonContentType())
        {
            return null;
        }

        try
        {
            using var body = JsonDocument.Parse(buffer.AsMemory(0, length));
            if (body.RootElement is not { ValueKind: JsonValueKind.Object } read)
            {
                return null;
            }

            var asked = new AskedDecision(
                read.TryGetProperty("region", out var region) ? region.GetString() : null,
                read.TryGetProperty("heldBy", out var holder) ? holder.GetString() : null,
                read.TryGetProperty("heldSince", out var since) && since.ValueKind != JsonValueKind.Null ? since.GetDateTimeOffset() : null);
            return (asked.HeldBy is null) == (asked.HeldSince is null) && (asked.HeldBy is null || Principal.IsValid(asked.HeldBy)) ? asked : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            // Not JSON, no text or moment there, or text that is no text (half a surrogate pair).
            return null;
        }
    }
}
