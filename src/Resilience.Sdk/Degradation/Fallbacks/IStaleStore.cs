namespace Resilience.Degradation.Fallbacks;

/// <summary>Keeps the last good answers of dependencies. Implementations are thread-safe and bounded.</summary>
public interface IStaleStore
{
    /// <summary>Keeps an answer. Must not fail or wait: it is called where calls succeed.</summary>
    /// <typeparam name="T">The answer's type, the same as when it is looked for.</typeparam>
    /// <param name="fallback">The fallback that will need it.</param>
    /// <param name="key">What it answers.</param>
    /// <param name="value">The answer. It may be written out later, so it must not change.</param>
    void Keep<T>(string fallback, string key, T value);

    /// <summary>Finds an answer.</summary>
    /// <typeparam name="T">The answer's type.</typeparam>
    /// <param name="fallback">The fallback.</param>
    /// <param name="key">What it answers.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>The answer with its age; null when there is none.</returns>
    ValueTask<FallbackAnswer<T>?> FindAsync<T>(string fallback, string key, CancellationToken cancellationToken);
}
