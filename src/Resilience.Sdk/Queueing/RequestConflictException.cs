namespace Resilience.Queueing;

/// <summary>A request's key belongs to another request. Nothing was stored, and repeating does not help: answer 422.</summary>
public sealed class RequestConflictException : Exception
{
    internal RequestConflictException(string queue, string key)
        : base($"The key '{key}' belongs to another request of '{queue}'. Use a key of its own for each request.") => Key = key;

    /// <summary>The key.</summary>
    public string Key { get; }
}
