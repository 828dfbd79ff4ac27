namespace Resilience.Degradation.Fallbacks;

/// <summary>A fallback has no answer, or only one that is too old.</summary>
public sealed class StaleAnswerException : Exception
{
    internal StaleAnswerException(string message)
        : base(message)
    {
    }
}
