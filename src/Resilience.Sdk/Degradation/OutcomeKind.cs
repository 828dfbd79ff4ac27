namespace Resilience.Degradation;

/// <summary>Where the result of a degradable call comes from.</summary>
public enum OutcomeKind
{
    /// <summary>The dependency answered.</summary>
    Normal,

    /// <summary>A fallback answered instead.</summary>
    Fallback,

    /// <summary>The request was stored durably and will be carried out later.</summary>
    Queued,

    /// <summary>The dependency failed, and no action could take its place.</summary>
    Failed,
}
