using Resilience.Fleet;

namespace Resilience.Sdk.Tests.Fleet;

/// <summary>What replicas tell of themselves, for people to see.</summary>
public sealed class FleetNotesTests : IDisposable
{
    private readonly FakeFleet _fleet = new();

    public void Dispose() => _fleet.Dispose();

    [Fact]
    public async Task Notes_AreReadOftenWhileSomebodyLooks_AndTellOfSilence()
    {
        var (first, second) = (_fleet.Replica("a"), _fleet.Replica("b"));
        await second.RoundAsync();
        await first.RoundAsync();
        await first.RoundAsync();
        Assert.Equal(2, _fleet.Store.NoteReads);

        Assert.Equal(["a", "b"], first.Member.Describe().Replicas.Select(one => one.Name));
        await first.RoundAsync();
        Assert.Equal(3, _fleet.Store.NoteReads);
        var state = first.Member.Describe();
        Assert.Equal(["a", "b"], state.Replicas.Select(one => one.Name));
        Assert.Equal(("cache", true), (state.Store, state.IsReachable));

        for (var i = 0; i < 7; i++)
        {
            _fleet.Time.Advance(TimeSpan.FromSeconds(1));
            await first.RoundAsync();
            first.Member.Describe();
        }

        Assert.Equal(TimeSpan.FromSeconds(7), first.Member.Describe().Replicas[1].SilentFor);
        await second.RoundAsync();
        await first.RoundAsync();
        Assert.Equal(TimeSpan.Zero, first.Member.Describe().Replicas[1].SilentFor);
    }

    [Fact]
    public async Task Notes_TellOfEpisodes()
    {
        var (first, second) = (_fleet.Replica("a"), _fleet.Replica("b"));
        second.Episodes.Add(new EpisodeNote("payment-gateway", "degraded", 12.5));
        await second.RoundAsync();
        await first.RoundAsync();

        Assert.Equal([new EpisodeNote("payment-gateway", "degraded", 12.5)], first.Member.Describe().Replicas[1].Note.Episodes);
    }

    /// <summary>Who looks once in a while is not told that everybody else has fallen silent.</summary>
    [Fact]
    public async Task Notes_WhileNobodyLooks_AreReadTwiceAMinute_AndShowNobodyAsSilentWhoIsNot()
    {
        var (first, second) = (_fleet.Replica("a"), _fleet.Replica("b"));
        await second.RoundAsync();
        for (var i = 0; i < 120; i++)
        {
            await first.RoundAsync();
            await second.RoundAsync();
            _fleet.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(2 * 120 / FleetNotes.Idle.TotalSeconds, _fleet.Store.NoteReads);
        Assert.Equal(TimeSpan.Zero, first.Member.Describe().Replicas[1].SilentFor);
    }

    [Fact]
    public async Task Notes_OfWhoIsGoneForTenMinutes_AreRemoved_AndGarbageIsNotShown()
    {
        var (first, second) = (_fleet.Replica("a"), _fleet.Replica("b"));
        await second.RoundAsync();
        _fleet.Store.Notes["<img src=x>"] = "{}"u8.ToArray();
        _fleet.Store.Notes["huge"] = new byte[100_000];
        _fleet.Store.Notes["infinite"] = """{"sequence":1,"at":"2025-01-01T00:00:00Z","status":"ready","databases":[],"episodes":[{"dependency":"x","phase":"y","sinceSeconds":1e999}]}"""u8.ToArray();
        first.Member.Describe();
        await first.RoundAsync();
        Assert.Equal(["a", "b"], first.Member.Describe().Replicas.Select(one => one.Name));

        for (var i = 0; i < 151; i++)
        {
            _fleet.Time.Advance(TimeSpan.FromSeconds(4));
            first.Member.Describe();
            await first.RoundAsync();
        }

        Assert.DoesNotContain("b", _fleet.Store.Notes.Keys);
        await first.Member.DisposeAsync();
        Assert.DoesNotContain("a", _fleet.Store.Notes.Keys);
    }

    [Fact]
    public void Note_WithMoreThanFits_TellsTheFirst()
    {
        var note = new ReplicaNote(1, _fleet.Time.GetUtcNow(), null, "ready", [.. Enumerable.Range(0, 200).Select(i => new DatabaseNote(new string('x', 500) + i, null, 1, "steady", null))], []);

        var read = ReplicaNote.Read(note.Write());
        Assert.InRange(read!.Databases.Count, 1, 63);
    }
}
