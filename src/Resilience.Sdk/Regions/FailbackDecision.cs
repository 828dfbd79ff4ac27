using System.Globalization;

namespace Resilience.Regions;

/// <summary>
/// Whether writes should go back to the preferred region now. It reads no clock and does no I/O; the same topologies at the same
/// moments give the same answers.
/// </summary>
/// <remarks>
/// A region that fails again soon after it has the writes back would take them to and fro; so the time for which it must have
/// been well doubles with each such loss (route flap damping: C. Villamizar et al., RFC 2439), and is as at first again
/// when it has kept the writes for as long as the longest. A switchover that moved nothing counts the same until one does.
/// For one caller at a time.
/// </remarks>
internal sealed class FailbackDecision(FailbackRules rules, Random random)
{
    /// <summary>Up to sixteen times as long.</summary>
    private const int MostDoublings = 4;

    private const double JitterShare = 0.25;
    private static readonly TimeSpan MostJitter = TimeSpan.FromMinutes(1);

    /// <summary>What was seen longer ago says nothing of now.</summary>
    private static readonly TimeSpan StaleAfter = TimeSpan.FromSeconds(5);

    private string? _writer;
    private TimeSpan _writerSince;
    private bool _wentBack;
    private int _losses;
    private int _calls;
    private TimeSpan? _since;
    private TimeSpan _jitter;

    public FailbackRules Rules => rules;

    /// <summary>How long the preferred region must have been well by now, without the jitter.</summary>
    public TimeSpan Required => rules.HealthyFor * (1 << Math.Min(_losses + _calls, MostDoublings));

    public FailbackVerdict Look(RegionTopology topology, TimeSpan now)
    {
        Follow(topology, now);
        if (Breaks(topology) is { } reason)
        {
            _since = null;
            return new(null, reason);
        }

        var (writer, preferred) = (topology.Writer!, topology[rules.PreferredRegion]);
        if (_since is null)
        {
            _since = now;
            _jitter = TimeSpan.FromTicks(Math.Min(MostJitter.Ticks, (long)(Required.Ticks * JitterShare)));
            _jitter *= random.NextDouble();
        }

        if (preferred.StandbySince > _since)
        {
            // It failed and came back between two looks.
            _since = preferred.StandbySince;
        }

        if (topology.Phase != TopologyPhase.Steady)
        {
            return new(null, "the writer is in doubt");
        }

        if (now - preferred.ContactAt > StaleAfter || now - writer.VerifiedAt > StaleAfter)
        {
            return new(null, "the regions were not asked for too long");
        }

        var left = Required + _jitter - (now - _since.Value);
        return left > TimeSpan.Zero
            ? new(null, string.Create(CultureInfo.InvariantCulture, $"'{preferred.Name}' has to be well for another {left.TotalSeconds:0} s"))
            : new(writer.Region, "");
    }

    /// <summary>A switchover was called, here or by another replica, whatever came of it. Until the writes have moved, the next one takes twice as long to come.</summary>
    public void Called()
    {
        _calls = Math.Min(_calls + 1, MostDoublings);
        _since = null;
    }

    /// <summary>
    /// How far a standby was behind when it was last asked: the age, then, of the oldest position that the writer had reported and the
    /// standby had not replayed; on Aurora what Aurora says. Null when nothing is known of it.
    /// </summary>
    internal static TimeSpan? Lag(RegionTopology topology, RegionState standby)
    {
        if (standby is not { FreshAsOf: not null, ContactAt: { } askedAt, Report: { } report })
        {
            return null;
        }

        if (report.Aurora is { } aurora)
        {
            return aurora.Lag;
        }

        foreach (var position in topology.Positions)
        {
            if (position.Lsn > report.Lsn)
            {
                return position.At < askedAt ? askedAt - position.At : TimeSpan.Zero;
            }
        }

        return TimeSpan.Zero;
    }

    /// <summary>Who has the writes, and for how long: also other replicas and people move them.</summary>
    private void Follow(RegionTopology topology, TimeSpan now)
    {
        if (topology.Writer is not { } writer)
        {
            return;
        }

        if (writer.Region != _writer)
        {
            if (writer.Region == rules.PreferredRegion)
            {
                (_wentBack, _calls) = (_writer is not null, 0);
            }
            else if (_writer == rules.PreferredRegion && _wentBack)
            {
                _losses = Math.Min(_losses + 1, MostDoublings);
            }

            (_writer, _writerSince, _since) = (writer.Region, now, null);
        }
        else if (_writer == rules.PreferredRegion && now - _writerSince >= rules.HealthyFor * (1 << MostDoublings))
        {
            (_losses, _wentBack) = (0, false);
        }
    }

    /// <summary>Why the time begins anew; null when it goes on.</summary>
    private string? Breaks(RegionTopology topology)
    {
        if (topology.Writer is not { } writer)
        {
            return "there is no writer";
        }

        if (writer.Region == rules.PreferredRegion)
        {
            return "the preferred region has the writes";
        }

        if (topology.HeldBy is { } holder)
        {
            return $"'{holder}' holds all switches";
        }

        if (topology.Held is { } held)
        {
            return $"a switch to '{held.Region}' is held";
        }

        if (topology.Diagnosis.Kind == WriterDiagnosis.SplitBrain)
        {
            return "two regions take writes";
        }

        return topology.Find(rules.PreferredRegion) switch
        {
            null => $"'{rules.PreferredRegion}' is not a region",
            { Condition: not RegionCondition.Standby } state => $"'{state.Name}' is {state.Condition}",
            { Misses: > 0 } state => $"'{state.Name}' did not answer",
            var state when Lag(topology, state) is var lag && (lag is null || lag > rules.MaxLag) =>
                lag is null ? $"it is not known how far '{state.Name}' is behind" : string.Create(CultureInfo.InvariantCulture, $"'{state.Name}' is {lag.Value.TotalSeconds:0.0} s behind"),
            _ => null,
        };
    }
}
