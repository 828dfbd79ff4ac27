using Resilience.Pipelines.Bulkhead;
using Resilience.Pipelines.Timeouts;

namespace Resilience.Pipelines.Http;

/// <summary>What a single request may say about how it is treated, in its <see cref="HttpRequestMessage.Options"/>.</summary>
public static class DependencyRequest
{
    /// <summary>Whether the request may be repeated, whatever its method. Unset: the method and the <c>Idempotency-Key</c> header decide.</summary>
    public static HttpRequestOptionsKey<bool> Idempotent { get; } = new("dr.idempotent");

    /// <summary>How much the request matters when not all can be sent. Unset: <see cref="CallPriority.Normal"/>.</summary>
    public static HttpRequestOptionsKey<CallPriority> Priority { get; } = new("dr.priority");

    /// <summary>Sends the request past the pipeline: a probe asks how the dependency is, whatever its circuit says.</summary>
    internal static HttpRequestOptionsKey<bool> IsProbe { get; } = new("dr.probe");

    /// <summary>RFC 9110, 9.2.2: idempotent methods; and Idempotency-Key (draft-ietf-httpapi-idempotency-key-header) for the others.</summary>
    internal static bool IsIdempotent(HttpRequestMessage request, HttpDependencyOptions options)
    {
        if (request.Options.TryGetValue(Idempotent, out var said))
        {
            return said;
        }

        var method = request.Method;
        return options.RepeatUnsafeMethods
            || (method != HttpMethod.Post && (method == HttpMethod.Get || method == HttpMethod.Head || method == HttpMethod.Put
                || method == HttpMethod.Delete || method == HttpMethod.Options || method == HttpMethod.Trace))
            || request.Headers.NonValidated.Contains("Idempotency-Key");
    }

    /// <summary>Tells the server how long anybody waits for its answer.</summary>
    internal static void SetDeadline(HttpRequestMessage request, TimeSpan? limit)
    {
        request.Headers.Remove(CallDeadline.HeaderName);
        if (limit is { } left && DeadlineHeader.Write(left) is { } value)
        {
            request.Headers.TryAddWithoutValidation(CallDeadline.HeaderName, value);
        }
    }

    /// <summary>A copy of a request whose body, if any, attempts may share. The body stays the original's to dispose.</summary>
    internal static HttpRequestMessage Copy(HttpRequestMessage request)
    {
        var copy = new HttpRequestMessage(request.Method, request.RequestUri) { Version = request.Version, VersionPolicy = request.VersionPolicy };
        foreach (var header in request.Headers.NonValidated)
        {
            copy.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }

        foreach (var option in request.Options)
        {
            ((IDictionary<string, object?>)copy.Options)[option.Key] = option.Value;
        }

        copy.Content = request.Content is null ? null : SharedBody.Of(request.Content);
        return copy;
    }
}
