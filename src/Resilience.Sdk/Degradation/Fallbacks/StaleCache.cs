using Microsoft.Extensions.DependencyInjection;

namespace Resilience.Degradation.Fallbacks;

/// <summary>The fallback that answers what the dependency answered last.</summary>
internal static class StaleCache
{
    /// <param name="name">The fallback's name.</param>
    /// <param name="key">What tells one question from another.</param>
    /// <param name="options">How far it may go.</param>
    public static Fallback<TRequest, TResult> Create<TRequest, TResult>(string name, Func<TRequest, string> key, FallbackOptions options) => new(
        name,
        options,
        async (services, request, cancellationToken) =>
            await Store(services).FindAsync<TResult>(name, key(request), cancellationToken)
            ?? throw new StaleAnswerException($"'{name}' has no answer to this yet: the dependency has not answered it since the store was filled."),
        (services, request, result) => Store(services).Keep(name, key(request), result));

    private static IStaleStore Store(IServiceProvider services) => services.GetRequiredService<IStaleStore>();
}
