namespace Resilience.Regions;

/// <summary>The one replicated row by which clients agree who writes: each promotion raises the epoch by at least one.</summary>
/// <param name="Epoch">The number of the current writer's reign; starts at 1.</param>
/// <param name="WriterRegion">The region that a client last verified as the writer.</param>
internal sealed record EpochRow(long Epoch, string WriterRegion);
