namespace Resilience.Internal;

/// <summary>What a key holds.</summary>
internal enum ConfigurationKeyKind
{
    /// <summary>A section with keys of its own.</summary>
    Section,

    /// <summary>A section whose keys are names or numbers, with a section below each.</summary>
    Sections,

    /// <summary>A section that takes further keys with values.</summary>
    Open,

    /// <summary>Any text.</summary>
    Text,

    /// <summary>A list of texts.</summary>
    Texts,

    /// <summary>A <see cref="TimeSpan"/>.</summary>
    Duration,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>A number.</summary>
    Number,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>One of some names.</summary>
    Choice,
}
