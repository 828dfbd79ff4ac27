using System.Collections.Concurrent;
using System.Net.Http.Json;
using GameDay.History;

namespace GameDay.Checks;

/// <summary>Asks the gateway how often it took money.</summary>
internal static class GatewayAudit
{
    /// <summary>Bounds the time of the audit; duplicates are counted over all keys by the gateway itself.</summary>
    private const int MaxKeys = 5_000;

    private const int Parallelism = 8;

    /// <param name="gateway">Where the gateway listens.</param>
    /// <param name="operations">The history.</param>
    /// <param name="suspect">When there are too many keys, those that were sent nearest to this moment are asked for.</param>
    /// <param name="ct">Ends the audit.</param>
    public static async Task<ChargeFindings> RunAsync(Uri gateway, IReadOnlyList<Operation> operations, TimeSpan suspect, CancellationToken ct)
    {
        using var http = new HttpClient { BaseAddress = gateway, Timeout = TimeSpan.FromSeconds(10) };
        var keys = operations
            .Where(o => o.IsAcknowledged)
            .OrderBy(o => (o.SentAt - suspect).Duration())
            .Take(MaxKeys)
            .Select(o => o.Key!)
            .ToList();
        var wrong = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(keys, new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = ct }, async (key, token) =>
        {
            using var response = await http.GetAsync(new Uri($"charges/{key}", UriKind.Relative), token);
            var charge = response.IsSuccessStatusCode ? await response.Content.ReadFromJsonAsync<ChargeCount>(token) : null;
            if (charge is not { Count: 1, Status: "captured" })
            {
                wrong.Add(key);
            }
        });
        var summary = await http.GetFromJsonAsync<ChargeSummary>(new Uri("charges/summary", UriKind.Relative), ct);
        return new ChargeFindings(summary!.Charges, summary.Duplicates, keys.Count, [.. wrong.Order(StringComparer.Ordinal)]);
    }

    private sealed record ChargeCount(int Count, string Status);

    private sealed record ChargeSummary(int Charges, int Duplicates);
}
