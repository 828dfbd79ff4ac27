namespace Resilience.Pipelines;

/// <summary>What a finished call says about its dependency.</summary>
internal enum CallResult
{
    /// <summary>The dependency answered as it should.</summary>
    Success,

    /// <summary>The dependency failed, or did not answer in time.</summary>
    Failure,

    /// <summary>Nothing: the caller went away, or the call was rejected before it left the process.</summary>
    Neutral,
}
