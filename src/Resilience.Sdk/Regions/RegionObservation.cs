namespace Resilience.Regions;

/// <summary>
/// Something seen at a moment of the process's monotonic clock. Observations are the only input of
/// <see cref="TopologyReducer"/>; whoever sees something produces one and changes nothing else.
/// </summary>
/// <param name="At">When it was known.</param>
internal abstract record RegionObservation(TimeSpan At);

/// <summary>A probe was answered.</summary>
/// <param name="Region">The region probed.</param>
/// <param name="StartedAt">When the probe was sent: the answer is true of no earlier moment.</param>
/// <param name="At">When the answer arrived.</param>
/// <param name="Report">What the server said.</param>
internal sealed record ServerReported(string Region, TimeSpan StartedAt, TimeSpan At, ServerReport Report) : RegionObservation(At);

/// <summary>A probe failed.</summary>
/// <param name="Region">The region probed.</param>
/// <param name="StartedAt">When the probe was sent.</param>
/// <param name="At">When it failed.</param>
/// <param name="Failure">Why.</param>
internal sealed record ProbeFailed(string Region, TimeSpan StartedAt, TimeSpan At, RegionFailure Failure) : RegionObservation(At);

/// <summary>
/// A probe was answered after it had counted as failed. What it says is too old to act on; how long it took tells that the
/// server is slow and not gone.
/// </summary>
/// <param name="Region">The region probed.</param>
/// <param name="At">When the answer arrived.</param>
/// <param name="RoundTrip">How long it took.</param>
internal sealed record AnsweredLate(string Region, TimeSpan At, TimeSpan RoundTrip) : RegionObservation(At);

/// <summary>A real call failed in a way that says something about its region.</summary>
/// <param name="Region">The region called.</param>
/// <param name="Generation">The writer's generation that the call was routed by; errors of earlier ones are old news.</param>
/// <param name="At">When it failed.</param>
/// <param name="Failure">Why.</param>
internal sealed record CallFailed(string Region, long Generation, TimeSpan At, RegionFailure Failure) : RegionObservation(At);

/// <summary>Time passed; what was seen long ago is no longer known.</summary>
/// <param name="At">Now.</param>
internal sealed record TimePassed(TimeSpan At) : RegionObservation(At);

/// <summary>A region may write, but the server refused to let us write our claim down.</summary>
/// <param name="Region">The claimant.</param>
/// <param name="At">When it was refused.</param>
/// <param name="Failure">Why.</param>
internal sealed record ClaimFailed(string Region, TimeSpan At, RegionFailure Failure) : RegionObservation(At);

/// <summary>Another observer of the same dependency has seen a term: no writer below it is to be followed.</summary>
/// <param name="Term">The term.</param>
/// <param name="SystemIdentifier">The cluster it was seen in.</param>
/// <param name="At">Now.</param>
internal sealed record TermSeen(WriterTerm Term, long? SystemIdentifier, TimeSpan At) : RegionObservation(At);

/// <summary>Another replica of the service has seen a term, maybe of another cluster than ours.</summary>
/// <param name="Seen">The term, its cluster, and where it was found.</param>
/// <param name="At">Now.</param>
internal sealed record TermTold(RememberedTerm Seen, TimeSpan At) : RegionObservation(At);

/// <summary>Who holds all switches, or whether the other replicas have been heard, may have changed.</summary>
/// <param name="State">What is so now; null until the one who applies this has looked.</param>
/// <param name="At">Now.</param>
internal sealed record HoldDecided(HoldState? State, TimeSpan At) : RegionObservation(At);
