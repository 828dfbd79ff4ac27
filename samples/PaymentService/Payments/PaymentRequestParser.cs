using System.Globalization;
using System.Text.Json;
using PaymentService.Amounts;
using PaymentService.Http;

namespace PaymentService.Payments;

/// <summary>Reads the body of <c>POST /payments</c> and collects everything that is wrong with it.</summary>
internal static class PaymentRequestParser
{
    private const string BodyField = "body";

    // With two amounts in one body, the one we read may not be the one the caller meant.
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    public static PaymentRequest? Parse(ReadOnlyMemory<byte>? body, Dictionary<string, string> errors)
    {
        if (body is null)
        {
            errors[BodyField] = $"The body must be complete and have at most {BoundedBody.MaxBytes} bytes.";
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(body.Value, Strict);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                errors[BodyField] = "The body must be a JSON object.";
                return null;
            }

            return Read(document.RootElement, errors);
        }
        // The second is for text that is not Unicode, which is only found when a value is read.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            errors[BodyField] = "The body must be valid JSON, each property given once.";
            return null;
        }
    }

    private static PaymentRequest? Read(JsonElement body, Dictionary<string, string> errors)
    {
        var accountId = Text(body, "accountId");
        if (!AccountId.IsValid(accountId))
        {
            errors["accountId"] = $"The accountId {AccountId.Rule}.";
        }

        var currency = Text(body, "currency");
        var decimals = 0;
        var currencyKnown = currency is not null && Currencies.TryGetDecimals(currency, out decimals);
        if (!currencyKnown)
        {
            errors["currency"] = "The currency must be an upper-case code of ISO 4217, such as 'EUR'.";
        }

        if (!TryGetAmount(body, out var amount, out var amountDecimals))
        {
            errors["amount"] = string.Create(CultureInfo.InvariantCulture, $"The amount must be a number above 0 and at most {Amount.Max}.");
        }
        else if (currencyKnown && amountDecimals > decimals)
        {
            errors["amount"] = $"The amount must have at most {decimals} decimals in {currency}.";
        }

        return errors.Count > 0 ? null : new PaymentRequest(accountId!, Amount.From(amount, currency!));
    }

    private static string? Text(JsonElement body, string name) =>
        body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static bool TryGetAmount(JsonElement body, out decimal amount, out int decimals)
    {
        amount = 0;
        decimals = 0;
        return body.TryGetProperty("amount", out var value) &&
            value.ValueKind == JsonValueKind.Number &&
            ExactDecimal.TryParse(value.GetRawText(), out amount, out decimals) &&
            amount is > 0 and <= Amount.Max;
    }
}
