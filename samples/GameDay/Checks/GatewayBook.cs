using System.Globalization;
using System.Net.Http.Json;

namespace GameDay.Checks;

/// <summary>Reads every decision of the gateway, past the service that is being judged.</summary>
internal static class GatewayBook
{
    private const int PageSize = 1_000;
    private const int MaxCharges = 1_000_000;

    public static async Task<IReadOnlyList<ChargeRow>> ReadAsync(Uri gateway, CancellationToken ct)
    {
        using var http = new HttpClient { BaseAddress = gateway, Timeout = TimeSpan.FromSeconds(10) };
        var charges = new List<ChargeRow>();
        var next = "0";
        while (next is not null && charges.Count < MaxCharges)
        {
            var page = await http.GetFromJsonAsync<Page>(
                new Uri(string.Create(CultureInfo.InvariantCulture, $"charges?after={next}&limit={PageSize}"), UriKind.Relative), ct);
            charges.AddRange(page!.Items.Select(item => new ChargeRow(item.Key, item.Status, item.AccountId, (long)(item.Amount * 100))));
            next = page.Next;
        }

        return next is null ? charges : throw new InvalidOperationException($"The gateway has more than {MaxCharges} charges; run shorter or slower.");
    }

    private sealed record Page(IReadOnlyList<Item> Items, string? Next);

    private sealed record Item(string Key, string Status, string AccountId, decimal Amount);
}
