namespace Resilience.Internal;

/// <summary>
/// A section that is told what is read from it. Schema and reference of the configuration are written this way: from the code that reads,
/// which is run over such a section. Sections of an application are none, and reading them costs nothing more.
/// </summary>
internal interface IConfigurationSchema
{
    /// <summary>Something is read.</summary>
    /// <param name="key">The key; null for the section itself.</param>
    /// <param name="read">How it is read.</param>
    void OnRead(string? key, ConfigurationKey read);
}
