namespace Simulators.Http;

/// <summary>Problem details (RFC 9457) with one entry in <c>errors</c> for each wrong field.</summary>
internal static class Problems
{
    public static IResult Invalid(IReadOnlyDictionary<string, string> errors) => Results.ValidationProblem(
        errors.ToDictionary(error => error.Key, error => new[] { error.Value }, StringComparer.Ordinal),
        title: "The request is not valid.");

    public static IResult Invalid(string field, string message) =>
        Invalid(new Dictionary<string, string>(StringComparer.Ordinal) { [field] = message });
}
