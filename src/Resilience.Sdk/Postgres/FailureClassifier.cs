using System.Net.Sockets;
using Npgsql;
using Resilience.Regions;

namespace Resilience.Postgres;

/// <summary>Tells what an exception says about the server it came from. Messages made here never hold a secret.</summary>
internal static class FailureClassifier
{
    private const string PoolExhausted = "The connection pool has been exhausted";
    private const string PasswordProvider = "password provider";

    /// <summary>The failure behind an exception of opening a connection, or null when it says nothing about the region.</summary>
    public static RegionFailure? OfOpen(Exception exception)
    {
        for (var current = exception; current is not null; current = current.InnerException)
        {
            switch (current)
            {
                case PostgresException postgres:
                    return OfState(postgres);
                case NpgsqlException npgsql when IsPoolExhausted(npgsql):
                    return null;
                case NpgsqlException { InnerException: { } thrown and not PostgresException } npgsql when npgsql.Message.Contains(PasswordProvider, StringComparison.Ordinal):
                    return new RegionFailure(RegionFailureKind.Rejected, $"the password provider that the application set threw {thrown.GetType().Name}, so there is no password for it");
                case NpgsqlException { InnerException: { } cause and not PostgresException }:
                    return OfTransport(cause);
                case NpgsqlException npgsql:
                    return OfClient(npgsql);
                case SocketException or IOException:
                    return OfTransport(current);
            }
        }

        return null;
    }

    /// <summary>
    /// The failure behind an exception of work done on a connection of ours. The region is blamed only for what the server
    /// said, or when that very connection is broken: the work may do other things that fail.
    /// </summary>
    public static RegionFailure? OfUse(Exception exception, bool isBroken) =>
        Find<PostgresException>(exception) is { } postgres && OfState(postgres) is { } stated ? stated
        : isBroken ? OfOpen(exception) ?? new RegionFailure(RegionFailureKind.Broken, "the connection broke")
        : null;

    /// <summary>The failure behind a probe's exception; a probe does nothing that could be at fault itself.</summary>
    public static RegionFailure OfProbe(Exception exception) =>
        OfOpen(exception) ?? exception switch
        {
            _ when Find<PostgresException>(exception) is { } postgres => new RegionFailure(RegionFailureKind.Rejected, Explain(postgres)),
            _ => new RegionFailure(RegionFailureKind.Broken, $"the probe failed with {exception.GetType().Name}"),
        };

    /// <summary>True when the server rolled the transaction back only because of its neighbours (40001, 40P01).</summary>
    public static bool IsConflict(Exception exception) =>
        Find<PostgresException>(exception)?.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected;

    /// <summary>True when a token ended it, on our side or, asked by us, on the server's.</summary>
    public static bool IsCancellation(Exception exception) =>
        Find<OperationCanceledException>(exception) is not null || Find<PostgresException>(exception)?.SqlState == PostgresErrorCodes.QueryCanceled;

    /// <summary>True when every connection of the pool, or of the server, is in use: the region is well, but a caller has to wait.</summary>
    public static bool IsBusy(Exception exception) =>
        exception is PostgresException { SqlState: PostgresErrorCodes.TooManyConnections } || (exception is NpgsqlException npgsql && IsPoolExhausted(npgsql));

    private static bool IsPoolExhausted(NpgsqlException exception) => exception.Message.StartsWith(PoolExhausted, StringComparison.Ordinal);

    /// <summary>
    /// True when a server answered COMMIT with an ordinary error, which means the transaction was rolled back.
    /// A FATAL answer is none: a session may be ended after its commit record is written.
    /// </summary>
    public static bool IsRolledBackAtCommit(Exception exception) =>
        Find<PostgresException>(exception) is { InvariantSeverity: "ERROR" };

    private static RegionFailure? OfState(PostgresException exception) => exception.SqlState switch
    {
        PostgresErrorCodes.ReadOnlySqlTransaction => new(RegionFailureKind.NotWritable, "the server refuses writes (25006): it is not the writer") { RefusesWrites = true },
        PostgresErrorCodes.DiskFull => new(RegionFailureKind.DiskFull, "its disk is full (53100)") { RefusesWrites = true },
        PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow =>
            new(RegionFailureKind.NotServing, $"the server is not serving ({exception.SqlState}: {exception.MessageText})"),
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification or PostgresErrorCodes.InvalidCatalogName =>
            new(RegionFailureKind.Rejected, Explain(exception)),
        { } state when state.StartsWith("08", StringComparison.Ordinal) => new(RegionFailureKind.Broken, $"the connection failed ({state})"),
        _ => null,
    };

    /// <summary>
    /// What Npgsql itself found before or instead of an answer. Its messages name no value of the connection string; the two
    /// common ones get a way out.
    /// </summary>
    private static RegionFailure OfClient(NpgsqlException exception) => exception.Message switch
    {
        { } text when text.StartsWith("No password has been provided", StringComparison.Ordinal) =>
            new(RegionFailureKind.Rejected, "the server asks for a password and none is given; add Password to the region's ConnectionString, or a password provider with ConfigureDataSource"),
        { } text when text.Contains("SSL", StringComparison.Ordinal) =>
            new(RegionFailureKind.Rejected, $"the server and the region's SSL Mode do not fit ({text})"),
        { } text when text.StartsWith("The operation has timed out", StringComparison.Ordinal) => new(RegionFailureKind.TimedOut, "it did not answer in time"),
        var text => new(RegionFailureKind.Rejected, $"it does not answer as a PostgreSQL server would ({text})"),
    };

    private static string Explain(PostgresException exception) => exception.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
            $"the server refused the user name or password ({exception.SqlState}: {exception.MessageText}); correct Username and Password in the region's ConnectionString",
        PostgresErrorCodes.InvalidCatalogName =>
            $"the database does not exist (3D000: {exception.MessageText}); correct Database in the region's ConnectionString",
        PostgresErrorCodes.InsufficientPrivilege =>
            $"the role lacks a right (42501: {exception.MessageText}); grant it CREATE on the database once, or create the objects of schema dr_resilience for it as docs/regions.md shows",
        PostgresErrorCodes.TooManyConnections =>
            $"the server has no free connection (53300: {exception.MessageText}); lower Maximum Pool Size or raise max_connections",
        _ => $"the server answered with error {exception.SqlState}: {exception.MessageText}",
    };

    private static RegionFailure OfTransport(Exception exception) => exception switch
    {
        SocketException socket => OfSocket(socket),
        TimeoutException or OperationCanceledException => new(RegionFailureKind.TimedOut, "it did not answer in time"),
        _ when Find<SocketException>(exception) is { } socket => OfSocket(socket),
        _ => new(RegionFailureKind.Broken, "the connection broke"),
    };

    private static RegionFailure OfSocket(SocketException socket) => socket.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => new(RegionFailureKind.Unreachable, "the connection was refused: no server listens there") { IsRefusal = true },
        SocketError.ConnectionReset => new(RegionFailureKind.Broken, "the connection broke (ConnectionReset)") { IsRefusal = true },
        SocketError.HostNotFound or SocketError.NoData => new(RegionFailureKind.Unresolved, "its host name does not resolve"),
        SocketError.TryAgain => new(RegionFailureKind.Unresolved, "its host name could not be resolved just now"),
        SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.HostDown or SocketError.NetworkDown =>
            new(RegionFailureKind.Unreachable, $"the network cannot reach it ({socket.SocketErrorCode})"),
        SocketError.TimedOut => new(RegionFailureKind.TimedOut, "it did not answer in time"),
        _ => new(RegionFailureKind.Broken, $"the connection broke ({socket.SocketErrorCode})"),
    };

    private static T? Find<T>(Exception? exception)
        where T : Exception
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is T found)
            {
                return found;
            }
        }

        return null;
    }
}
