using System.Net.Http.Json;
using GameDay.History;

namespace GameDay.Load;

/// <summary>A planned request as it is sent.</summary>
internal static class RequestMessage
{
    public static HttpRequestMessage Of(PlannedRequest planned)
    {
        if (planned.Kind == OperationKind.Pay)
        {
            var message = new HttpRequestMessage(HttpMethod.Post, Relative("payments"))
            {
                Content = JsonContent.Create(new { accountId = planned.AccountId, amount = planned.Amount, currency = "EUR" }),
            };
            message.Headers.Add("Idempotency-Key", planned.Key);
            return message;
        }

        return new HttpRequestMessage(HttpMethod.Get, Relative(planned.Kind switch
        {
            OperationKind.ReadPayment => $"payments/{planned.PaymentId}",
            OperationKind.ListPayments => $"accounts/{planned.AccountId}/payments",
            OperationKind.Rates => "rates?base=EUR",
            OperationKind.Recommendations => $"recommendations?accountId={planned.AccountId}",
            OperationKind.Search => $"search?q={planned.Query}",
            _ => "checkout",
        }));
    }

    private static Uri Relative(string path) => new(path, UriKind.Relative);
}
