namespace PaymentService.Http;

/// <summary>Problem details (RFC 9457).</summary>
internal static class Problems
{
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
}
