using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Resilience.AspNetCore.Operations.Changes;
using Resilience.DependencyInjection;

namespace Resilience.AspNetCore.Tests.Operations;

/// <summary>Holding and releasing all switches over HTTP.</summary>
public sealed class OperationsHoldTests : IDisposable
{
    private const string Hold = "/dr/api/switches/payments-db/hold";

    private readonly string _journal = Directory.CreateTempSubdirectory("operations-").FullName;

    public void Dispose() => Directory.Delete(_journal, recursive: true);

    /// <summary>The page shows one replica, and a balancer may send its decision to another.</summary>
    [Fact]
    public async Task Change_MeantForAnotherReplica_IsRefused()
    {
        await using var app = await OperationsApp.StartAsync("Production", withDatabase: true, journal: _journal);
        using var client = OperationsApp.Client(app, "alice");
        using var another = OperationsApp.Change("POST", Hold, body: null);
        another.Headers.Add(SwitchConsole.ReplicaHeader, "another");
        using var own = OperationsApp.Change("POST", Hold, body: null);
        own.Headers.Add(SwitchConsole.ReplicaHeader, app.Services.GetRequiredService<FleetService>().Name);

        Assert.Equal(HttpStatusCode.Conflict, (await client.SendAsync(another)).StatusCode);
        Assert.Null(await HeldByAsync(client));
        Assert.Equal(HttpStatusCode.NoContent, (await client.SendAsync(own)).StatusCode);
        Assert.Equal("alice", await HeldByAsync(client));
    }

    [Fact]
    public async Task HoldAndRelease_AreShownAndKept_WithWhoDecided()
    {
        await using (var app = await OperationsApp.StartAsync("Production", withDatabase: true, journal: _journal))
        {
            using var alice = OperationsApp.Client(app, "alice");
            using var bob = OperationsApp.Client(app, "bob");

            Assert.Equal(HttpStatusCode.NoContent, (await alice.SendAsync(OperationsApp.Change("POST", Hold, body: null))).StatusCode);
            Assert.Equal("alice", await HeldByAsync(alice));
            Assert.Equal(HttpStatusCode.NoContent, (await bob.SendAsync(OperationsApp.Change("DELETE", Hold, body: null))).StatusCode);
            Assert.Null(await HeldByAsync(bob));
        }

        var lines = (await File.ReadAllLinesAsync(Path.Combine(_journal, "decisions.jsonl"))).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(["alice hold 204", "bob release 204"], lines.Select(line => $"{line.GetProperty("principal")} {line.GetProperty("action")} {line.GetProperty("status")}"));
        Assert.All(lines, line => Assert.Equal("payments-db", line.GetProperty("dependency").GetString()));
    }

    /// <summary>Between what somebody sees and what they confirm lie minutes: whoever holds by then is not released unseen.</summary>
    [Fact]
    public async Task Release_OfTheHoldThatWasSeen_LeavesANewerOne()
    {
        await using var app = await OperationsApp.StartAsync("Production", withDatabase: true, journal: _journal);
        using var alice = OperationsApp.Client(app, "alice");
        using var bob = OperationsApp.Client(app, "bob");
        await alice.SendAsync(OperationsApp.Change("POST", Hold, body: null));
        var seen = await HoldAsync(alice);
        await bob.SendAsync(OperationsApp.Change("POST", Hold, body: null));

        using var late = await alice.SendAsync(OperationsApp.Change("DELETE", Hold, $$"""{"heldBy":"alice","heldSince":"{{seen.Since}}"}"""));
        Assert.Equal(HttpStatusCode.Conflict, late.StatusCode);
        Assert.Contains("'bob' has decided at", await late.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        var now = await HoldAsync(alice);
        Assert.Equal("bob", now.By);

        using var release = await alice.SendAsync(OperationsApp.Change("DELETE", Hold, $$"""{"heldBy":"bob","heldSince":"{{now.Since}}"}"""));
        Assert.Equal(HttpStatusCode.NoContent, release.StatusCode);
        Assert.Equal((null, null), await HoldAsync(alice));

        // Nobody holds any more: released twice is released once.
        using var again = await alice.SendAsync(OperationsApp.Change("DELETE", Hold, $$"""{"heldBy":"bob","heldSince":"{{now.Since}}"}"""));
        Assert.Equal(HttpStatusCode.NoContent, again.StatusCode);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"heldBy":"alice","heldSince":7}""")]
    [InlineData("""{"heldBy":"alice","heldSince":"yesterday"}""")]
    [InlineData("""{"heldBy":"alice","heldSince":"\ud800"}""")]
    [InlineData("""{"heldBy":"alice"}""")]
    [InlineData("""{"heldSince":"2026-01-01T00:00:00Z"}""")]
    [InlineData("""{"heldBy":" ","heldSince":"2026-01-01T00:00:00Z"}""")]
    public async Task Release_OfWhatCannotBeRead_IsRefused(string body)
    {
        await using var app = await OperationsApp.StartAsync("Production", withDatabase: true, journal: _journal);
        using var alice = OperationsApp.Client(app, "alice");
        await alice.SendAsync(OperationsApp.Change("POST", Hold, body: null));

        using var answer = await alice.SendAsync(OperationsApp.Change("DELETE", Hold, body));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("alice", await HeldByAsync(alice));
    }

    private static async Task<string?> HeldByAsync(HttpClient client) => (await HoldAsync(client)).By;

    private static async Task<(string? By, string? Since)> HoldAsync(HttpClient client)
    {
        using var read = JsonDocument.Parse(await client.GetStringAsync("/dr/api/switches"));
        return (read.RootElement[0].GetProperty("heldBy").GetString(), read.RootElement[0].GetProperty("heldSince").GetString());
    }
}
