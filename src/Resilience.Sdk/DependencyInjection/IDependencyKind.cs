using Resilience.Health;
using Resilience.Internal;

namespace Resilience.DependencyInjection;

/// <summary>A kind of dependency that another package knows: its section in the configuration, and how it is looked at.</summary>
internal interface IDependencyKind
{
    /// <summary>The key of its section, below the dependency's name.</summary>
    string Key { get; }

    /// <summary>Reads the section of one dependency. Everything that is wrong goes to the reader.</summary>
    object Read(string name, ConfigurationReader section);

    /// <summary>How a dependency of this kind is looked at.</summary>
    ICheck CheckOf(string name);
}
