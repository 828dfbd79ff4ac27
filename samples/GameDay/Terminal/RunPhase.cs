namespace GameDay.Terminal;

/// <summary>A part of a run with the time that it is expected to take.</summary>
internal sealed record RunPhase(string Name, TimeSpan Expected);
