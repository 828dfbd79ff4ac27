using System.Diagnostics.Metrics;
using Resilience.Postgres;
using Resilience.Regions;

namespace Resilience.DependencyInjection;

/// <summary>
/// What the databases of a host are at the moment a meter is read, for alerts that last as long as what they tell of. Zeros are told as
/// well: a series that only vanished would linger.
/// </summary>
internal sealed class RegionGauges
{
    private static readonly WriterDiagnosis[] Kinds = Enum.GetValues<WriterDiagnosis>();

    private readonly DatabaseRegistry _databases;

    public RegionGauges(DatabaseRegistry databases, Meter meter)
    {
        _databases = databases;
        meter.CreateObservableGauge("dr.region.writer", () => Read(Writers), description: "1 for the region that this process writes to, 0 for the others.");
        meter.CreateObservableGauge("dr.region.diagnosis", () => Read(Diagnoses), description: "1 for what seems to be the matter with the writer, 0 for all else.");
        meter.CreateObservableGauge("dr.region.staleness", () => Read(Staleness), "s", "How far behind the writer a standby may be; none while that is not known.");
        meter.CreateObservableGauge(
            "dr.switch.waiting", () => Read(Waits), description: "0 no switch waits, 1 for approval, 2 for the end of an operator's hold, 3 Switch:Mode is Hold, 4 for a majority.");
        meter.CreateObservableGauge(
            "dr.switch.hold", () => Read(Holds), description: "1 while somebody holds all switches.");
    }

    private static IEnumerable<Measurement<int>> Writers(RegionalDataSource database)
    {
        var topology = ((ISharedDatabase)database).Topology;
        return topology.Regions.Select(region => Of(topology.Writer?.Region == region.Name ? 1 : 0, database, new KeyValuePair<string, object?>("dr.region", region.Name)));
    }

    private static IEnumerable<Measurement<int>> Diagnoses(RegionalDataSource database)
    {
        var present = ((ISharedDatabase)database).Topology.Diagnosis.Kind;
        return Kinds.Select(kind => Of(kind == present ? 1 : 0, database, new KeyValuePair<string, object?>("dr.diagnosis", kind.ToString())));
    }

    private static IEnumerable<Measurement<double>> Staleness(RegionalDataSource database)
    {
        var now = database.Clock.Now;
        foreach (var region in ((ISharedDatabase)database).Topology.Regions)
        {
            // What was measured once is known no longer when the standby falls silent.
            if (region is { Condition: RegionCondition.Standby, Misses: 0, FreshAsOf: { } asOf })
            {
                yield return new((now - asOf).TotalSeconds, new("dr.dependency", database.Name), new("dr.region", region.Name));
            }
        }
    }

    private static IEnumerable<Measurement<int>> Waits(RegionalDataSource database) => [Of((int)database.SwitchWaitsFor, database)];

    private static IEnumerable<Measurement<int>> Holds(RegionalDataSource database) => [Of(((ISharedDatabase)database).Hold.Principal is null ? 0 : 1, database)];

    private static Measurement<int> Of(int value, RegionalDataSource database, params ReadOnlySpan<KeyValuePair<string, object?>> more) =>
        new(value, [new("dr.dependency", database.Name), .. more]);

    private IEnumerable<Measurement<T>> Read<T>(Func<RegionalDataSource, IEnumerable<Measurement<T>>> values)
        where T : struct => _databases.Existing.SelectMany(values);
}
