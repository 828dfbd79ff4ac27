namespace Resilience.Internal;

/// <summary>A source of configuration that keeps its last good values.</summary>
internal interface IReloadState
{
    /// <summary>Why what is there now is not in use; null when it is.</summary>
    string? ReloadError { get; }
}
