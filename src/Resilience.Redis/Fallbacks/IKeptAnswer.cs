namespace Resilience.Redis.Fallbacks;

/// <summary>An answer that waits to be written, whatever its type.</summary>
internal interface IKeptAnswer
{
    /// <returns>Its JSON; null when it is too large.</returns>
    byte[]? Write(AnswerFormat format);
}
