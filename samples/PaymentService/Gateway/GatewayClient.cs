using System.Net;
using System.Text.Json;
using PaymentService.Amounts;
using PaymentService.Services;

namespace PaymentService.Gateway;

/// <summary>The gateway over HTTP, through the pipeline of the dependency <c>payment-gateway</c>.</summary>
internal sealed class GatewayClient(HttpClient http, TimeProvider timeProvider) : IPaymentGateway
{
    public string Description => http.BaseAddress!.ToString();

    public async Task<GatewayAnswer> ChargeAsync(string idempotencyKey, string accountId, Amount amount, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "charges");
        request.Content = JsonContent.Create(new ChargeBody(accountId, amount.Value, amount.Currency));
        request.Headers.TryAddWithoutValidation("Idempotency-Key", idempotencyKey);
        // Gives the request a length; not every gateway takes chunks.
        await request.Content.LoadIntoBufferAsync(cancellationToken);
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await AnswerBody.LoadAsync(response.Content, timeProvider, cancellationToken);
        return await InterpretAsync(response, cancellationToken);
    }

    private static async Task<GatewayAnswer> InterpretAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode)
        {
            return await ReceiptAsync(response, cancellationToken) switch
            {
                { Status: "captured", Id: var id } => new GatewayAnswer(GatewayVerdict.Captured, id),
                { Status: "declined", Id: var id } => new GatewayAnswer(GatewayVerdict.Declined, id),
                _ => throw new HttpRequestException("The gateway's receipt has no status that is known."),
            };
        }

        return response.StatusCode switch
        {
            HttpStatusCode.PaymentRequired => new GatewayAnswer(GatewayVerdict.Declined),
            HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError =>
                throw new HttpRequestException($"The gateway answered {(int)response.StatusCode}.", null, response.StatusCode),
            >= HttpStatusCode.BadRequest => new GatewayAnswer(GatewayVerdict.Refused),
            _ => throw new HttpRequestException($"The gateway answered {(int)response.StatusCode}, which is no answer to a charge."),
        };
    }

    private static async Task<ChargeReceipt?> ReceiptAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return await response.Content.ReadFromJsonAsync<ChargeReceipt>(cancellationToken);
        }
        catch (JsonException e)
        {
            throw new HttpRequestException("The gateway's receipt is not the JSON expected.", e);
        }
    }
}
