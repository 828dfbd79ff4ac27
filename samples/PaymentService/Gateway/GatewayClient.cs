using System.Net;
using PaymentService.Amounts;

namespace PaymentService.Gateway;

/// <summary>The gateway over HTTP.</summary>
internal sealed class GatewayClient(HttpClient http, TimeProvider timeProvider) : IPaymentGateway
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);

    public string Description => http.BaseAddress!.ToString();

    public async Task<GatewayAnswer> ChargeAsync(string idempotencyKey, string accountId, Amount amount, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Deadline, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "charges");
            request.Content = JsonContent.Create(new ChargeBody(accountId, amount.Value, amount.Currency));
            request.Headers.TryAddWithoutValidation("Idempotency-Key", idempotencyKey);
            // Gives the request a length; not every gateway takes chunks.
            await request.Content.LoadIntoBufferAsync(either.Token);
            using var response = await http.SendAsync(request, either.Token);
            return await InterpretAsync(response, either.Token);
        }
        // Whatever went wrong, the charge may have been made: only the same key can tell, later.
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
