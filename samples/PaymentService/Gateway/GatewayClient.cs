using System.Net;
using PaymentService.Amounts;
using PaymentService.Services;

namespace PaymentService.Gateway;

/// <summary>The gateway over HTTP, through the pipeline of the dependency <c>payment-gateway</c>.</summary>
internal sealed class GatewayClient(HttpClient http, TimeProvider timeProvider) : IPaymentGateway
{
    public string Description => http.BaseAddress!.ToString();

    public async Task<GatewayAnswer> ChargeAsync(string idempotencyKey, string accountId, Amount amount, CancellationToken cancellationToken)
    {
        try
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
        // Whatever went wrong, the charge may have been made: only the same key can tell, later. Where the pipeline refused
        // to call (circuit open, no permit) it surely was not, but waiting in the queue is right for that, too.
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return GatewayAnswer.Unknown;
        }
    }

    private static async Task<GatewayAnswer> InterpretAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode)
        {
            var receipt = await response.Content.ReadFromJsonAsync<ChargeReceipt>(cancellationToken);
            return receipt?.Status switch
            {
                "captured" => new GatewayAnswer(GatewayVerdict.Captured, receipt.Id),
                "declined" => new GatewayAnswer(GatewayVerdict.Declined, receipt.Id),
                _ => GatewayAnswer.Unknown,
            };
        }

        return response.StatusCode switch
        {
            HttpStatusCode.PaymentRequired => new GatewayAnswer(GatewayVerdict.Declined),
            HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests => GatewayAnswer.Unknown,
            >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError => new GatewayAnswer(GatewayVerdict.Refused),
            _ => GatewayAnswer.Unknown,
        };
    }
}
