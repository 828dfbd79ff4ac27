namespace Resilience.Regions;

/// <summary>A position the writer reported, used to measure how fresh a standby is.</summary>
internal readonly record struct WriterPosition(TimeSpan At, long Lsn);
