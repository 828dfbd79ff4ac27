using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Resilience.AspNetCore.Health.Formats;

/// <summary>
/// Chooses the format. A name in <c>?format=</c> is an order: one that is not known is refused. <c>Accept</c> is a wish:
/// what cannot be met gets our own format, as browsers and probers send all kinds of it.
/// </summary>
internal static class DetailFormats
{
    private static readonly OwnFormat Own = new();
    private static readonly VerboseFormat Verbose = new();
    private static readonly IDetailFormat[] All = [Own, new ActuatorFormat(), new HealthJsonFormat(), new HealthChecksUiFormat(), Verbose];
    private static readonly byte[] Unknown = Encoding.UTF8.GetBytes($$"""{"status":406,"formats":[{{string.Join(',', All.Select(format => $"\"{format.Name}\""))}}]}""");

    public static DetailAnswer Answer(HealthReporter reporter, string? query, string? accept)
    {
        var asked = new DetailQuery(query, accept);
        return Choose(asked) is { } format ? format.Write(reporter, asked) : new DetailAnswer(StatusCodes.Status406NotAcceptable, Own.ContentType, Unknown);
    }

    private static IDetailFormat? Choose(DetailQuery query)
    {
        if (query.Format is { } name)
        {
            return Array.Find(All, format => string.Equals(format.Name, name, StringComparison.OrdinalIgnoreCase));
        }

        return query.IsVerbose ? Verbose : Preferred(query.Accept) ?? Own;
    }

    private static IDetailFormat? Preferred(string? accept)
    {
        if (string.IsNullOrEmpty(accept) || !MediaTypeHeaderValue.TryParseList([accept], out var types))
        {
            return null;
        }

        // A stable sort: of equals the first.
        foreach (var type in types.Where(type => type.Quality is null or > 0).OrderByDescending(type => type.Quality ?? 1))
        {
            if (type.MatchesAllTypes || type.MatchesAllSubTypes)
            {
                return null;
            }

            if (Array.Find(All, format => format.Accepted.Any(one => type.MediaType.Equals(one, StringComparison.OrdinalIgnoreCase))) is { } match)
            {
                return match;
            }
        }

        return null;
    }
}
