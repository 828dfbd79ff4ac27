using Resilience.Regions;

namespace Resilience.Postgres;

/// <summary>What replicas of a service share of a database.</summary>
internal interface ISharedDatabase
{
    /// <summary>The dependency's name.</summary>
    string Name { get; }

    /// <summary>What is known here.</summary>
    RegionTopology Topology { get; }

    /// <summary>Who holds all switches, and what the others have been told of it.</summary>
    SwitchHold Hold { get; }

    /// <summary>Follows what the others have decided.</summary>
    void FollowHold();

    /// <summary>Takes note of a term that another replica has seen: no writer below it is followed any more.</summary>
    void Hear(RememberedTerm seen);
}
