namespace Resilience.Health;

/// <summary>Something that can be looked at.</summary>
internal interface ICheck
{
    /// <summary>What it is called in health details; a dependency's own name when it is one.</summary>
    string Name { get; }

    /// <summary>Whether calls of the application have shown within the last while that it is well, so that looking is not needed.</summary>
    bool HasSucceededWithin(TimeSpan last);

    /// <summary>Looks once. May throw, hang and ignore its token; never called again before it has ended.</summary>
    ValueTask<CheckAnswer> LookAsync(CancellationToken cancellationToken);
}
