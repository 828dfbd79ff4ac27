namespace Resilience.Internal;

/// <summary>One thing wrong in the configuration: where, what was found, and the way out.</summary>
internal sealed record ConfigurationError(string Path, string? Value, string Message)
{
    /// <summary>Longest part of a value that a message repeats; configuration may hold anything.</summary>
    private const int ShownValue = 80;

    /// <summary>A value that looks like a connection string is never repeated, wherever it was put by mistake.</summary>
    private bool IsShown => Value is not null && Value.AsSpan().IndexOfAny('=', ';', '@') < 0;

    public override string ToString() => IsShown
        ? $"{Path} = '{(Value!.Length > ShownValue ? string.Concat(Value.AsSpan(0, ShownValue), "…") : Value)}': {Message}"
        : $"{Path}: {Message}";
}
