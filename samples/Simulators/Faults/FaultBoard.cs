using System.Collections.Concurrent;

namespace Simulators.Faults;

/// <summary>The fault in force for each service, and a signal for requests that wait until it changes.</summary>
internal sealed class FaultBoard
{
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    public Fault Current(string service) => EntryOf(service).Fault;

    public IReadOnlyDictionary<string, Fault> Snapshot() =>
        SimulatedServices.All.ToDictionary(service => service, Current, StringComparer.Ordinal);

    public void Set(string service, Fault fault)
    {
        Entry? replaced = null;
        _entries.AddOrUpdate(service, _ => new Entry(fault), (_, old) =>
        {
            replaced = old;
            return new Entry(fault);
        });
        replaced?.Changed.TrySetResult();
    }

    public void Heal(string service) => Set(service, Fault.None);

    /// <summary>Returns when the service hangs no longer.</summary>
    public async Task WaitWhileHangingAsync(string service, CancellationToken cancellationToken)
    {
        while (EntryOf(service) is { Fault.Hang: true } entry)
        {
            await entry.Changed.Task.WaitAsync(cancellationToken);
        }
    }

    private Entry EntryOf(string service) => _entries.GetOrAdd(service, _ => new Entry(Fault.None));

    private sealed class Entry(Fault fault)
    {
        public Fault Fault { get; } = fault;

        public TaskCompletionSource Changed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
