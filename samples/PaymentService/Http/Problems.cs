using System.Globalization;

namespace PaymentService.Http;

/// <summary>Problem details (RFC 9457).</summary>
internal static class Problems
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    public static IResult Invalid(IReadOnlyDictionary<string, string> errors) => Results.ValidationProblem(
        errors.ToDictionary(error => error.Key, error => new[] { error.Value }, StringComparer.Ordinal),
        title: "The request is not valid.");

    public static IResult Invalid(string field, string message) =>
        Invalid(new Dictionary<string, string>(StringComparer.Ordinal) { [field] = message });

    public static IResult NotFound(string title) => Results.Problem(title: title, statusCode: StatusCodes.Status404NotFound);

    public static IResult KeyReused() => Results.Problem(
        title: "The idempotency key belongs to another payment.",
        detail: "The key was used before with other values. Send a new key for a new payment.",
        statusCode: StatusCodes.Status422UnprocessableEntity);

    /// <summary>The caller repeats with the same key and loses nothing.</summary>
    public static IResult RepeatLater(HttpContext context, TimeSpan? after)
    {
        context.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling((after ?? RetryAfter).TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return Results.Problem(
            title: "The payment ledger is not available.",
            detail: "Repeat the request with the same idempotency key; the payment is made once.",
            statusCode: StatusCodes.Status503ServiceUnavailable);
    }
}
