using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Resilience.Degradation;
using Resilience.Degradation.Plan;
using Resilience.Internal;

namespace Resilience.AspNetCore.Degradation;

/// <summary>
/// Says in the response that an action answered in place of a dependency: <c>Degraded:
/// search_service;action=fallback;src="database_fulltext_search";age=42</c>, a list of RFC 9651. Not <c>Warning</c>, which
/// RFC 9111 has obsoleted. Such an answer is not to be stored.
/// </summary>
internal sealed class DegradedHeader(Func<DegradationPlan> plan) : IDegradationListener
{
    public const string Name = "Degraded";

    private static readonly AsyncLocal<Request?> Current = new();

    /// <summary>Whether any call can be degraded; otherwise requests need not be followed.</summary>
    public bool IsNeeded => plan().Rules.Count > 0;

    /// <summary>Handles a request so that the calls made for it reach its response.</summary>
    public static async Task FollowAsync(HttpContext context, Func<HttpContext, Task> handle)
    {
        var request = new Request { Context = context };
        Current.Value = request;
        try
        {
            await handle(context);
        }
        finally
        {
            // Work that outlives its request must not write into the next one, which has the same object.
            request.Context = null;
        }
    }

    public void Degraded(DegradationNote note)
    {
        if (Current.Value is { } request)
        {
            Guarded.Run(() => Write(request, note));
        }
    }

    private static void Write(Request request, DegradationNote note)
    {
        // A request may make several calls at once.
        lock (request)
        {
            if (request.Context is { Response: { HasStarted: false } response })
            {
                response.Headers.Append(Name, Format(note));
                response.Headers.TryAdd(HeaderNames.CacheControl, "no-store");
            }
        }
    }

    public static string Format(DegradationNote note)
    {
        var age = note.Age is { } old ? string.Create(CultureInfo.InvariantCulture, $";age={(long)old.TotalSeconds}") : "";
        return $"{StructuredField.Item(note.Service)};action={StructuredField.Item(note.Action)};src={StructuredField.Text(note.Source)}{age}";
    }

    private sealed class Request
    {
        public HttpContext? Context { get; set; }
    }
}
