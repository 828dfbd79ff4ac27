using System.Globalization;
using Resilience.Regions;
using Xunit.Abstractions;

namespace Resilience.Sdk.Tests.Regions;

/// <summary>
/// Holds against a model of four replicas and a store that is cut off, loses its data, or loses an answer: nobody's hold ends through
/// somebody who did not know of it, and a healed fleet agrees.
/// </summary>
public sealed class HoldModelTests(ITestOutputHelper output)
{
    private const int Runs = 20_000;
    private const int Steps = 40;

    [Fact]
    public void TwentyThousandRuns_NoHoldEndsUnknown_AndAHealedFleetAgrees()
    {
        var first = int.Parse(Environment.GetEnvironmentVariable("MODEL_SEED") ?? "1", CultureInfo.InvariantCulture);
        var (released, refused) = (0, 0);
        for (var seed = first; seed < first + Runs; seed++)
        {
            var run = new Run(new Random(seed));
            try
            {
                run.All();
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"Seed {seed}: {failure.Message}\n{string.Join('\n', run.Trace)}", failure);
            }

            released += run.Released;
            refused += run.Refused;
        }

        output.WriteLine($"seeds {first} to {first + Runs - 1}: {released} holds ended through another replica, {refused} releases came too late");
        Assert.True(released > Runs / 10 && refused > Runs / 100, "The model does not reach what it is about.");
    }

    private sealed class Run(Random random)
    {
        private static readonly string[] People = ["alice", "bob"];

        private readonly HoldState[] _replicas = [.. Enumerable.Range(0, 4).Select(_ => new HoldState(HoldDecision.None) { IsUnasked = true })];
        private readonly bool[] _cutOff = new bool[4];

        /// <summary>Which hold somebody saw when they released it, by the moment of the release.</summary>
        private readonly Dictionary<DateTimeOffset, DateTimeOffset?> _meantFor = [];

        /// <summary>Which hold took the place of which.</summary>
        private readonly Dictionary<DateTimeOffset, HashSet<DateTimeOffset>> _replacedBy = [];

        /// <summary>Holds that somebody released who knew them, or one that had taken their place by then.</summary>
        private readonly HashSet<DateTimeOffset> _released = [];

        private readonly List<DateTimeOffset> _holds = [];

        /// <summary>Holds that were made and released since the last loss, the release answered with success while no replica had yet to tell of them.</summary>
        private readonly HashSet<DateTimeOffset> _acknowledged = [];

        private HoldDecision? _stored;
        private DateTimeOffset _lostAt;
        private int _moments;

        public List<string> Trace { get; } = [];

        public int Released { get; private set; }

        public int Refused { get; private set; }

        public void All()
        {
            for (var step = 0; step < Steps; step++)
            {
                var one = random.Next(_replicas.Length);
                switch (random.Next(12))
                {
                    case 0 or 1:
                        Hold(one);
                        break;
                    case 2 or 3:
                        Release(one);
                        break;
                    case 4:
                        _cutOff[one] = !_cutOff[one];
                        Trace.Add($"{one} is {(_cutOff[one] ? "cut off" : "back")}");
                        break;
                    case 5 when random.Next(3) == 0:
                        // An unreadable record is the same as none.
                        _stored = null;
                        _acknowledged.Clear();
                        _lostAt = DateTimeOffset.UnixEpoch.AddSeconds(_moments);
                        Trace.Add("the store loses its data");
                        break;
                    case 6 when random.Next(3) == 0:
                        var before = _replicas[one];
                        _replicas[one] = new HoldState(before.Shared) { Own = before.Own is { Principal: not null } hold ? hold : null, IsUnasked = true };
                        Trace.Add($"{one} restarts with its file");
                        break;
                    default:
                        Exchange(one, random.Next(8) switch { 0 => Interruption.LostAnswer, 1 => Interruption.Decision, 2 => Interruption.Release, _ => Interruption.None }, mayBeLost: random.Next(2) == 0);
                        break;
                }
            }

            Heal();
        }

        private static DateTimeOffset? HeldIn(HoldState state) => state.Principal is null ? null : state.Own is { Principal: not null } own ? own.At : state.Shared.At;

        private void Hold(int one)
        {
            var own = Decision(People[random.Next(People.Length)]);
            _holds.Add(own.At);
            Note(HeldIn(_replicas[one]), own.At);
            _replicas[one] = _replicas[one].With(own);
            Trace.Add($"{one}: {own.Principal} holds at {own.At:mm:ss}");
            Assert.Equal(own.At, HeldIn(_replicas[one]));
        }

        private void Release(int one)
        {
            var own = Decision(null);
            var shown = _replicas[random.Next(_replicas.Length)];
            if (random.Next(3) == 0 && HeldIn(shown) is { } seen)
            {
                // On the page of another replica.
                own = own with { EndedHolder = shown.Principal, EndedAt = seen };
                _meantFor[own.At] = seen;
            }
            else
            {
                // Whoever repeats a release that could not be told means the same hold.
                _meantFor[own.At] = HeldIn(_replicas[one]) ?? (_replicas[one].Own is { Principal: null } untold ? _meantFor[untold.At] : null);
            }

            _replicas[one] = _replicas[one].With(own);
            var decided = _replicas[one].Own;
            Trace.Add($"{one}: release at {own.At:mm:ss}, of {_meantFor[own.At]:mm:ss}");
            Exchange(one, Interruption.None);
            if (decided is not null && ReferenceEquals(_replicas[one].Own, decided))
            {
                // The others cannot be told.
                _replicas[one] = _replicas[one] with { ActsAlone = true };
            }
            else if (_replicas[one].Principal is not null)
            {
                Refused++;
            }
            else if (!_cutOff[one] && _meantFor[own.At] is { } gone && gone > _lostAt && !_replicas.Any(replica => replica.Own?.At == gone))
            {
                _acknowledged.Add(gone);
            }
        }

        private void Exchange(int one, Interruption interruption, bool mayBeLost = false)
        {
            if (_cutOff[one])
            {
                _replicas[one] = _replicas[one] with { IsUnasked = false };
                return;
            }

            var told = _replicas[one].Own;
            var merged = _replicas[one].Merge(_stored, newEra: ++_moments, mayBeLost);
            if (merged is null)
            {
                Assert.True(_stored is null && mayBeLost && _replicas[one] is { Own: null or { Principal: null }, Principal: null }, "whoever knows of a hold says so at once");
                return;
            }

            if (merged != _stored)
            {
                Assert.True(_stored is null || (merged.Era == _stored.Era && merged.Version > _stored.Version), "a record is only ever replaced by a later one of its era");
                if (_stored is { Principal: not null } && merged.Principal is not null)
                {
                    Note(_stored.At, merged.At);
                }

                if (merged.Principal is null && ReferenceEquals(told, _replicas[one].Own) && told is not null && _meantFor[told.At] is { } meant)
                {
                    _released.UnionWith(_holds.Where(hold => Successors(hold).Contains(meant)));
                }

                _stored = merged;
            }

            if (interruption == Interruption.LostAnswer)
            {
                Trace.Add($"{one} writes {merged} and does not hear of it");
                return;
            }

            if (interruption == Interruption.Decision)
            {
                Hold(one);
            }
            else if (interruption == Interruption.Release)
            {
                var own = Decision(null);
                _meantFor[own.At] = HeldIn(_replicas[one]);
                _replicas[one] = _replicas[one].With(own);
                Trace.Add($"{one}: release at {own.At:mm:ss}, of {_meantFor[own.At]:mm:ss}, while it exchanges");
            }

            var before = _replicas[one];
            var after = _replicas[one] = before.After(merged, told);
            Trace.Add($"{one} exchanges: {merged}");
            if (interruption == Interruption.Decision)
            {
                Assert.Equal(HeldIn(before), HeldIn(after));
            }

            Note(HeldIn(before), HeldIn(after));
            if (HeldIn(before) is { } ended && HeldIn(after) is null && before.Own is null)
            {
                Assert.True(_released.Contains(ended), $"{one}: the hold of {ended:mm:ss} ended, and nobody who knew it had released it");
                Released++;
            }
        }

        private void Heal()
        {
            Array.Clear(_cutOff);
            for (var round = 0; round < 2; round++)
            {
                for (var one = 0; one < _replicas.Length; one++)
                {
                    Exchange(one, Interruption.None);
                }
            }

            Trace.Add("healed");
            Assert.Single(_replicas.Select(HeldIn).Distinct());
            Assert.All(_replicas, replica => Assert.Null(replica.Own));
            Assert.False(HeldIn(_replicas[0]) is { } held && _acknowledged.Contains(held), "a release that was acknowledged was undone, and nothing was lost since");
        }

        private HoldDecision Decision(string? principal) => new(0, 0, principal, DateTimeOffset.UnixEpoch.AddSeconds(++_moments));

        private void Note(DateTimeOffset? replaced, DateTimeOffset? by)
        {
            if (replaced is { } before && by is { } after && before != after)
            {
                (_replacedBy.TryGetValue(before, out var known) ? known : _replacedBy[before] = []).Add(after);
            }
        }

        private HashSet<DateTimeOffset> Successors(DateTimeOffset hold)
        {
            var all = new HashSet<DateTimeOffset> { hold };
            var open = new Queue<DateTimeOffset>(all);
            while (open.TryDequeue(out var one))
            {
                foreach (var next in _replacedBy.GetValueOrDefault(one, []).Where(all.Add))
                {
                    open.Enqueue(next);
                }
            }

            return all;
        }

        private enum Interruption
        {
            None,
            LostAnswer,
            Decision,
            Release,
        }
    }
}
