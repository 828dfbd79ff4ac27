using System.Net;
using Resilience.TestKit;
using Xunit.Abstractions;

namespace Resilience.IntegrationTests.Payments;

/// <summary>What a process does with a journal that a crash or a disk has damaged, while the journal alone holds the promises.</summary>
public sealed class PaymentJournalTests(ITestOutputHelper output)
{
    /// <summary>First a torn end, as a crash in the middle of a write leaves it; then a bit that a disk has turned.</summary>
    [Trait(Nightly.Trait, Nightly.Value)]
    [Fact]
    public async Task TornEndIsCutOff_BrokenInsideIsSetAside_AllThatIsReadableIsChargedOnce()
    {
        var folder = Directory.CreateTempSubdirectory("journal-").FullName;
        var server = await PostgresServer.StartPrimaryAsync(new PostgresServerOptions { Region = "us-east-1" });
        await using var fleet = await PaymentFleet.StartAsync([server], server, 1, null, ("DrResilience__Journal__Path", folder));
        await fleet.PayAsync("before");

        await PromiseFromTheJournalAloneAsync(fleet, "torn");
        var torn = Newest(folder);
        await using (var file = new FileStream(torn, FileMode.Append))
        {
            // The first half of a record: a length that is not reached, and what looks like content.
            file.Write([200, 0, 0, 0, 1, 2, 3, 4, .. Enumerable.Repeat((byte)7, 60)]);
        }

        await BackAsync(fleet);
        await LoggedAsync(fleet, "were cut off");
        await fleet.EachAcknowledgedIsChargedOnceAsync(server);

        var acknowledged = fleet.Acknowledged.Keys.ToHashSet(StringComparer.Ordinal);
        await PromiseFromTheJournalAloneAsync(fleet, "broken");
        var broken = Newest(folder);
        var bytes = await File.ReadAllBytesAsync(broken);
        // One record in the middle is damaged; the others are whole.
        bytes[bytes.Length / 2] ^= 0x40;
        await File.WriteAllBytesAsync(broken, bytes);
        await BackAsync(fleet);
        await LoggedAsync(fleet, "is broken inside");
        Assert.True(File.Exists(broken + ".broken"));

        // Which one it was nobody can know any more: that is what the error and the file are for. The others are kept.
        var promised = fleet.Acknowledged.Keys.Where(key => !acknowledged.Contains(key)).ToList();
        await PaymentFleet.UntilAsync(server, $"count(*) >= {promised.Count - 1} FROM payments WHERE status = 'captured' AND idempotency_key LIKE 'broken%'");
        var charged = await fleet.ChargedKeysAsync();
        output.WriteLine($"{promised.Count(charged.ContainsKey)} of {promised.Count} charged after a record was broken");
        Assert.True(promised.Count(charged.ContainsKey) >= promised.Count - 1);
        Assert.All(charged.Values, times => Assert.Equal(1, times));
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Gateway and database are away, each promise is a record of its own, and the process dies.</summary>
    private static async Task PromiseFromTheJournalAloneAsync(PaymentFleet fleet, string prefix)
    {
        await fleet.GatewayDownAsync();
        await fleet.East.KillAsync();
        for (var i = 0; i < 6; i++)
        {
            Assert.Equal(HttpStatusCode.Accepted, (await fleet.PayAsync($"{prefix}{i}")).Status);
        }

        await fleet.Replicas[0].KillAsync();
    }

    private static async Task BackAsync(PaymentFleet fleet)
    {
        await fleet.East.StartAsync();
        await fleet.HealAsync();
        await fleet.RestartAsync();
    }

    private static string Newest(string folder) => Directory.EnumerateFiles(folder)
        .Where(file => char.IsAsciiDigit(Path.GetFileName(file)[0]) && !file.EndsWith(".broken", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Last();

    private static Task LoggedAsync(PaymentFleet fleet, string text) => Eventually.UntilAsync(
        () => fleet.Replicas[0].Output.Any(line => line.Contains(text, StringComparison.Ordinal)),
        () => string.Join('\n', fleet.Replicas[0].Output.TakeLast(10)),
        default);
}
