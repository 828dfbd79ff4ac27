using Resilience.Fleet;
using Resilience.TestKit;

namespace Resilience.Sdk.Tests.Fleet;

/// <summary>Replicas that share a store and a clock.</summary>
internal sealed class FakeFleet : IDisposable
{
    public FakeStore Store { get; } = new();

    public ManualTimeProvider Time { get; } = new();

    /// <summary>For what outlives a replica.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("fleet-").FullName;

    public FakeReplica Replica(string name, string? folder = null) => new(name, Store, Time, folder);

    /// <summary>Writes a first record, which takes a while: others might know of a hold.</summary>
    public async Task EstablishAsync(FakeReplica replica)
    {
        await replica.RoundAsync();
        Time.Advance(FleetExchange.EmptyPatience);
        await replica.RoundAsync();
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
