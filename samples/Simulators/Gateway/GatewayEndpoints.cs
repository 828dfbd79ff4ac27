using System.Globalization;
using Simulators.Faults;
using Simulators.Http;

namespace Simulators.Gateway;

/// <summary>The payment gateway. Faults hit the charge; the audit below it always answers, or no experiment could be judged.</summary>
internal static class GatewayEndpoints
{
    private const string KeyHeader = "Idempotency-Key";
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1000;

    public static void MapGateway(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/charges", ChargeAsync).SubjectToFaultsOf(SimulatedServices.PaymentGateway);
        routes.MapGet("/charges", List);
        routes.MapGet("/charges/summary", (ChargeBook book) => book.Summary());
        routes.MapGet("/charges/{**key}", Count);
    }

    private static async Task<IResult> ChargeAsync(HttpRequest request, ChargeBook book)
    {
        var keys = request.Headers[KeyHeader];
        if (keys.Count != 1 || string.IsNullOrWhiteSpace(keys[0]))
        {
            return Problems.Invalid(KeyHeader, "The header must be given once and not be empty.");
        }

        var (body, error) = await JsonBody.ReadAsync<ChargeRequest>(request);
        if (body is null)
        {
            return Problems.Invalid("body", error!);
        }

        if (string.IsNullOrEmpty(body.AccountId) || string.IsNullOrEmpty(body.Currency) || body.Amount is not > 0)
        {
            return Problems.Invalid("body", "accountId, currency and an amount above 0 are needed.");
        }

        return book.Add(keys[0]!, body) switch
        {
            null => Results.Problem(title: "The key was used with another body.", statusCode: StatusCodes.Status422UnprocessableEntity),
            { Status: Charge.Declined } declined => Results.Json(declined, statusCode: StatusCodes.Status402PaymentRequired),
            var captured => Results.Json(captured, statusCode: StatusCodes.Status201Created),
        };
    }

    private static IResult Count(HttpContext context, ChargeBook book) =>
        book.Count(RawPath.After(context, "/charges/")) is { } count
            ? Results.Ok(count)
            : Results.Problem(title: "No charge was asked for under this key.", statusCode: StatusCodes.Status404NotFound);

    private static IResult List(ChargeBook book, string? after, string? limit)
    {
        var start = 0L;
        var size = DefaultLimit;
        if (after is not null && !(long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out start) && start >= 0))
        {
            return Problems.Invalid("after", $"'{after}' must be the 'next' of an earlier page.");
        }

        if (limit is not null && !(int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out size) && size is >= 1 and <= MaxLimit))
        {
            return Problems.Invalid("limit", $"'{limit}' must be between 1 and {MaxLimit}.");
        }

        var page = book.Page(start, size);
        var next = page.Count == size ? page[^1].Sequence.ToString(CultureInfo.InvariantCulture) : null;
        return Results.Ok(new
        {
            items = page.Select(entry => new { entry.Key, entry.Id, entry.Status, entry.Request.AccountId, entry.Request.Amount, entry.Request.Currency }),
            next,
        });
    }
}
