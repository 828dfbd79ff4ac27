using Microsoft.Extensions.Logging.Abstractions;
using Resilience.Fleet;
using Resilience.Internal;
using Resilience.Postgres;
using Resilience.Regions;
using Resilience.TestKit;

namespace Resilience.Sdk.Tests.Fleet;

/// <summary>One replica with one database, whose rounds the test makes.</summary>
internal sealed class FakeReplica : ISharedDatabase
{
    private readonly FakeStore _store;
    private readonly ManualTimeProvider _time;

    public FakeReplica(string name, FakeStore store, ManualTimeProvider time, string? folder = null, bool isMember = true)
    {
        (_store, _time) = (store, time);
        Hold = new SwitchHold(Name, folder, hasOthers: true, new MonotonicClock(time), new Random(name[0]), NullLogger.Instance);
        Member = new FleetMember(name, store, () => [this], () => new ReplicaNote(0, time.GetUtcNow(), "us-east-1", "ready", [new(Name, "east", 1, "steady", Hold.Principal)], Episodes), new MonotonicClock(time), NullLogger.Instance);
        if (isMember)
        {
            Hold.ShareBy(Member.ShareAsync);
        }
    }

    public string Name => "payments-db";

    public RegionTopology Topology { get; set; } = RegionTopology.Create(["east", "west"]);

    public SwitchHold Hold { get; }

    public FleetMember Member { get; }

    public List<RememberedTerm> Heard { get; } = [];

    public List<EpisodeNote> Episodes { get; } = [];

    public void FollowHold()
    {
    }

    public void Hear(RememberedTerm seen)
    {
        Heard.Add(seen);
        Topology = Topology.Told(seen);
    }

    public Task RoundAsync() => Member.RoundAsync(CancellationToken.None);

    /// <summary>Decides, and makes the round that tells the others.</summary>
    public async Task<bool> DecideAsync(string? principal, (string By, DateTimeOffset Since)? seen = null)
    {
        var settling = Hold.SettleAsync(Hold.Decide(principal, seen), CancellationToken.None);
        while (!settling.IsCompleted)
        {
            await RoundAsync();
            await Task.WhenAny(settling, _time.WhenTimersReach(1));
            if (!settling.IsCompleted && _store.IsAwayOrRefuses)
            {
                _time.Advance(TimeSpan.FromMilliseconds(250));
            }
        }

        return await settling;
    }

    public void Writes(string region, long epoch, int timeline, long cluster = 7001) => Topology = Topology with
    {
        SystemIdentifier = cluster,
        HighestTerm = new WriterTerm(epoch, timeline),
        Writer = new WriterState(region, new WriterTerm(epoch, timeline), 1, TimeSpan.Zero),
    };
}
