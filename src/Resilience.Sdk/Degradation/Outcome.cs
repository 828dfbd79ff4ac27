using System.Diagnostics.CodeAnalysis;

namespace Resilience.Degradation;

/// <summary>The result of a degradable call. Immutable.</summary>
/// <typeparam name="T">What the call returns.</typeparam>
public readonly record struct Outcome<T> : IOutcome
{
    private readonly T? _value;

    private Outcome(OutcomeKind kind, T? value)
    {
        Kind = kind;
        _value = value;
    }

    /// <summary>Where the result comes from.</summary>
    public OutcomeKind Kind { get; }

    /// <summary>The service whose rule applied; null for <see cref="OutcomeKind.Normal"/>.</summary>
    public string? Service { get; private init; }

    /// <summary>The fallback that answered, or the queue that holds the request.</summary>
    public string? Source { get; private init; }

    /// <summary>How old a fallback's answer is; null when it does not say.</summary>
    public TimeSpan? Age { get; private init; }

    /// <summary>What the configuration says to users.</summary>
    public string? Message { get; private init; }

    /// <summary>The key under which a queued request can be asked for.</summary>
    public string? Key { get; private init; }

    /// <summary>When to ask or try again.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>Why the dependency failed; null for <see cref="OutcomeKind.Normal"/>.</summary>
    public Exception? Error { get; private init; }

    /// <summary>Whether there is a value: of the dependency or of a fallback.</summary>
    public bool HasValue => Kind is OutcomeKind.Normal or OutcomeKind.Fallback;

    /// <summary>The value.</summary>
    /// <exception cref="InvalidOperationException">There is none: see <see cref="HasValue"/>.</exception>
    public T Value => HasValue ? _value! : throw new InvalidOperationException($"The call is {Kind} and has no value. Look at Kind first.", Error);

    object? IOutcome.Boxed => HasValue ? _value : null;

    /// <summary>The value, when there is one.</summary>
    /// <param name="value">The value.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryGetValue([MaybeNullWhen(false)] out T value)
    {
        value = _value;
        return HasValue;
    }

    internal static Outcome<T> Normal(T value) => new(OutcomeKind.Normal, value);

    internal static Outcome<T> Fallback(T value, string service, string source, TimeSpan? age, Exception? error) =>
        new(OutcomeKind.Fallback, value) { Service = service, Source = source, Age = age, Error = error };

    internal static Outcome<T> Queued(string service, string queue, string key, string? message, TimeSpan? retryAfter, Exception? error) =>
        new(OutcomeKind.Queued, default) { Service = service, Source = queue, Key = key, Message = message, RetryAfter = retryAfter, Error = error };

    internal static Outcome<T> Failed(string service, Exception error, TimeSpan? retryAfter) =>
        new(OutcomeKind.Failed, default) { Service = service, Error = error, RetryAfter = retryAfter };
}
