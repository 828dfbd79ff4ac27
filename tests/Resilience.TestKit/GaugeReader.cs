using System.Diagnostics.Metrics;

namespace Resilience.TestKit;

/// <summary>Reads every observable instrument of one meter, as an exporter does.</summary>
public static class GaugeReader
{
    private static readonly string[] Known = ["dr.dependency", "dr.region", "dr.diagnosis", "dr.queue", "dr.state", "pipeline.instance"];

    /// <summary>The values by instrument and tags, as in <c>dr.bulkhead.limit a http://b</c>.</summary>
    public static SortedDictionary<string, double> Read(Meter meter) => Read(instrument => instrument.Meter == meter);

    /// <summary>The same of the instruments that are chosen, of whatever meter.</summary>
    public static SortedDictionary<string, double> Read(Func<Instrument, bool> filter)
    {
        var values = new SortedDictionary<string, double>(StringComparer.Ordinal);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (filter(instrument))
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => values.Add(Key(instrument, tags), value));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => values.Add(Key(instrument, tags), value));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => values.Add(Key(instrument, tags), value));
        listener.Start();
        listener.RecordObservableInstruments();
        return values;
    }

    private static string Key(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var key = instrument.Name;
        foreach (var (name, value) in tags)
        {
            if (!Known.Contains(name))
            {
                throw new InvalidOperationException($"'{name}' is no tag of a gauge: what it holds may be anything.");
            }

            key += $" {value}";
        }

        return key;
    }
}
