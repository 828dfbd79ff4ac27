namespace Resilience.Pipelines.Timeouts;

/// <summary>
/// The time-out of one running attempt. Dispose of it when the attempt is over; nobody may hold its token longer, because
/// the next attempt gets the same one. Disposing twice, and of a copy, does no harm.
/// </summary>
internal readonly struct AttemptLease(AttemptTimer timer, long rental) : IDisposable
{
    /// <summary>Cancelled by the time-out or by the caller's token, whichever comes first.</summary>
    public CancellationToken Token => timer.Token;

    /// <summary>What cancelled the attempt: the first of both, when both come. Read before disposal.</summary>
    public AttemptEnd End => timer.EndOf(rental);

    public void Dispose() => timer.Return(rental);
}
