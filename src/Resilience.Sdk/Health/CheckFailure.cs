using System.Net.Sockets;

namespace Resilience.Health;

/// <summary>Short codes for exceptions. Their messages may hold addresses, names and secrets, so they are never shown.</summary>
internal static class CheckFailure
{
    public static string Reason(Exception exception) => exception switch
    {
        OperationCanceledException or TimeoutException => "timeout",
        SocketException socket => Reason(socket.SocketErrorCode),
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => "dns",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => "tls",
        { InnerException: { } inner } => Reason(inner),
        HttpRequestException => "connection",
        _ => exception.GetType().Name,
    };

    private static string Reason(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => "refused",
        SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData => "dns",
        SocketError.TimedOut => "timeout",
        SocketError.ConnectionReset or SocketError.ConnectionAborted => "reset",
        SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.HostDown or SocketError.NetworkDown => "unreachable",
        _ => "connection",
    };
}
