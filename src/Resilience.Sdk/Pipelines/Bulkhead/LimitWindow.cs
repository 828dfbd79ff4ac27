namespace Resilience.Pipelines.Bulkhead;

/// <summary>What a window of calls has shown.</summary>
/// <param name="Samples">Answered calls.</param>
/// <param name="MeanRtt">Their mean duration, in seconds; above zero.</param>
/// <param name="InFlight">Calls in flight on average: by Little's law the sum of the durations over the length of the window.</param>
/// <param name="Refused">Whether any call found no permit.</param>
/// <param name="Overloaded">Whether any answer said that it is too much.</param>
internal readonly record struct LimitWindow(long Samples, double MeanRtt, double InFlight, bool Refused, bool Overloaded);
