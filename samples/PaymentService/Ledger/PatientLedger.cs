namespace PaymentService.Ledger;

/// <summary>
/// Writes as long as a customer should wait. What takes longer, or fails, is a <see cref="LedgerUnavailableException"/>, and
/// the queue takes over. A write that was given up may still succeed, which does no harm: all are idempotent.
/// </summary>
/// <remarks>
/// A ledger that has a writer and is slow is waited for longer than one that has none: a write that is given up costs a
/// connection, and its payment a second way through the queue, both of which make a slow database slower.
/// </remarks>
/// <param name="ledger">Writes.</param>
/// <param name="hasWriter">Whether the ledger has a writer now.</param>
/// <param name="patience">How long to wait while there is none.</param>
/// <param name="longest">How long to wait in any case.</param>
/// <param name="timeProvider">The clock.</param>
internal sealed class PatientLedger(ILedgerWriter ledger, Func<bool> hasWriter, TimeSpan patience, TimeSpan longest, TimeProvider timeProvider) : ILedgerWriter
{
    public Task<Payment> OpenAsync(Payment payment, DateTimeOffset dueAt, CancellationToken cancellationToken) =>
        WaitAsync(token => ledger.OpenAsync(payment, dueAt, token), cancellationToken);

    public Task<Payment> SettleAsync(Payment payment, PaymentStatus outcome, string? chargeId, CancellationToken cancellationToken) =>
        WaitAsync(token => ledger.SettleAsync(payment, outcome, chargeId, token), cancellationToken);

    public Task<Payment> RefuseAsync(Payment payment, int limit, CancellationToken cancellationToken) =>
        WaitAsync(token => ledger.RefuseAsync(payment, limit, token), cancellationToken);

    private async Task<Payment> WaitAsync(Func<CancellationToken, Task<Payment>> write, CancellationToken cancellationToken)
    {
        var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var begun = timeProvider.GetTimestamp();
        var writing = write(enough.Token);
        try
        {
            do
            {
                // Looked at again after each patience: the writer may be lost while the write is under way.
                var left = longest - timeProvider.GetElapsedTime(begun);
                await ((Task)writing).WaitAsync(left < patience ? left : patience, timeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellationToken.ThrowIfCancellationRequested();
            }
            while (!writing.IsCompleted && hasWriter() && timeProvider.GetElapsedTime(begun) < longest);

            var written = await writing.WaitAsync(TimeSpan.Zero, timeProvider, cancellationToken);
            enough.Dispose();
            return written;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && (LedgerFailure.Is(e) || e is OperationCanceledException))
        {
            _ = GivenUpWork.EndAsync(writing, enough, blocks: hasWriter());
            throw new LedgerUnavailableException(e);
        }
    }
}
