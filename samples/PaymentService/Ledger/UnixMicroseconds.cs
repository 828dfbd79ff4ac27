namespace PaymentService.Ledger;

/// <summary>Microseconds since 1970: the finest step that PostgreSQL keeps, so a time that was read back equals the one written.</summary>
internal static class UnixMicroseconds
{
    public static long ToUnixMicroseconds(this DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset FromUnixMicroseconds(long microseconds) =>
        DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
}
