namespace Resilience.Degradation.Fallbacks;

/// <summary>Keeps the last good answers of dependencies. Implementations are thread-safe and bounded.</summary>
public interface IStaleStore
{
    /// <summary>Keeps an answer. Must not fail or wait: it is called where calls succeed.</summary>
    /// <param name="fallback">The fallback that will need it.</param>
    /// <param name="key">What it answers.</param>
    /// <param name="value">The answer.</param>
    void Keep(string fallback, string key, object value);

    /// <summary>Finds an answer.</summary>
    /// <param name="fallback">The fallback.</param>
    /// <param name="key">What it answers.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>The answer with its age; null when there is none.</returns>
    ValueTask<(object Value, TimeSpan Age)?> FindAsync(string fallback, string key, CancellationToken cancellationToken);
}
