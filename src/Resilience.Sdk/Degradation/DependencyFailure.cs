using System.Data.Common;
using System.Net;
using System.Net.Sockets;
using Polly;
using Resilience.Postgres;

namespace Resilience.Degradation;

/// <summary>
/// Which exceptions mean that a dependency failed, so that its rule applies. An answer that is wrong for the caller, a 4xx or
/// a declined payment, is an answer; an error in the application's own code is one to be seen.
/// </summary>
internal static class DependencyFailure
{
    /// <param name="exception">What the call threw.</param>
    /// <param name="caller">The caller's own token: what he cancelled is nobody's failure.</param>
    public static bool Is(Exception exception, CancellationToken caller) => exception switch
    {
        OperationCanceledException => !caller.IsCancellationRequested,
        ExecutionRejectedException or TimeoutException or SocketException or IOException => true,
        HttpRequestException { StatusCode: { } status } => status is >= HttpStatusCode.InternalServerError or HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests,
        HttpRequestException => true,
        DbException { IsTransient: true } => true,
        DependencyDownException or WriterUnavailableException or OutcomeUnknownException => true,
        _ => false,
    };
}
