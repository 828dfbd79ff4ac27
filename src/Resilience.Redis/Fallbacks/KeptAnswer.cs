namespace Resilience.Redis.Fallbacks;

/// <summary>An answer that waits to be written.</summary>
/// <param name="at">When it was given.</param>
/// <param name="value">The answer.</param>
internal sealed class KeptAnswer<T>(DateTimeOffset at, T value) : IKeptAnswer
{
    public byte[]? Write(AnswerFormat format) => format.Write(value, at);
}
