namespace PaymentService.Payments;

internal static class AccountId
{
    public const int MaxLength = 64;
    public const string Rule = "must be a text of 1 to 64 characters without control characters";

    public static bool IsValid(string? accountId) =>
        !string.IsNullOrWhiteSpace(accountId) && accountId.Length <= MaxLength && !accountId.Any(char.IsControl);
}
