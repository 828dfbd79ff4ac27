using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Resilience.Degradation;
using Resilience.Internal;

namespace Resilience.AspNetCore.Degradation;

/// <summary>
/// Says in the response that an action answered in place of a dependency: <c>Degraded:
/// search_service;action=fallback;src="database_fulltext_search";age=42</c>, a list of RFC 9651. Not <c>Warning</c>, which
/// RFC 9111 has obsoleted. Such an answer is not to be stored.
/// </summary>
internal sealed class DegradedHeader(IHttpContextAccessor accessor) : IDegradationListener
{
    public const string Name = "Degraded";

    // A request may make several calls at once.
    private readonly Lock _lock = new();

    public void Degraded(DegradationNote note)
    {
        if (accessor.HttpContext is not { } context)
        {
            return;
        }

        Guarded.Run(() =>
        {
            lock (_lock)
            {
                if (!context.Response.HasStarted)
                {
                    context.Response.Headers.Append(Name, Format(note));
                    context.Response.Headers.TryAdd(HeaderNames.CacheControl, "no-store");
                }
            }
        });
    }

    public static string Format(DegradationNote note)
    {
        var age = note.Age is { } old ? string.Create(CultureInfo.InvariantCulture, $";age={(long)old.TotalSeconds}") : "";
        return $"{StructuredField.Item(note.Service)};action={StructuredField.Item(note.Action)};src={StructuredField.Text(note.Source)}{age}";
    }
}
