using System.Net.Http.Json;
using System.Text.Json;
using GameDay.History;
using GameDay.Timing;

namespace GameDay.Load;

/// <summary>Sends one request, once, and records what came of it.</summary>
internal sealed class PaymentClient : IDisposable
{
    private readonly RunClock _clock;
    private readonly OperationHistory _history;
    private readonly AcknowledgedPayments _acknowledged;
    private readonly HttpClient _http;
    private int _inFlight;

    public PaymentClient(Uri service, LoadOptions options, RunClock clock, OperationHistory history, AcknowledgedPayments acknowledged)
    {
        (_clock, _history, _acknowledged) = (clock, history, acknowledged);
        var handler = new SocketsHttpHandler { MaxConnectionsPerServer = options.MaxInFlight, UseProxy = false, AllowAutoRedirect = false };
        _http = new HttpClient(handler) { BaseAddress = service, Timeout = options.Timeout };
    }

    public int InFlight => Volatile.Read(ref _inFlight);

    public async Task SendAsync(PlannedRequest planned, TimeSpan intendedAt)
    {
        var sentAt = _clock.Now;
        Interlocked.Increment(ref _inFlight);
        var operation = new Operation
        {
            Kind = planned.Kind,
            Key = planned.Key,
            PaymentId = planned.PaymentId,
            IntendedAt = intendedAt,
            SentAt = sentAt,
            EndedAt = sentAt,
            Outcome = Outcome.Failed,
        };
        try
        {
            using var request = Message(planned);
            using var response = await _http.SendAsync(request);
            operation = await InterpretAsync(operation, response);
        }
        catch (Exception e)
        {
            operation = operation with { Error = $"{e.GetType().Name}: {e.Message}" };
        }

        operation = operation with { EndedAt = _clock.Now };
        Interlocked.Decrement(ref _inFlight);
        if (operation is { IsAcknowledged: true, PaymentId: { } id })
        {
            _acknowledged.Add(id);
        }

        _history.Add(operation);
    }

    public void Dispose() => _http.Dispose();

    private static HttpRequestMessage Message(PlannedRequest planned)
    {
        switch (planned.Kind)
        {
            case OperationKind.Pay:
                var message = new HttpRequestMessage(HttpMethod.Post, new Uri("payments", UriKind.Relative))
                {
                    Content = JsonContent.Create(new { accountId = planned.AccountId, amount = planned.Amount, currency = "EUR" }),
                };
                message.Headers.Add("Idempotency-Key", planned.Key);
                return message;

            case OperationKind.ReadPayment:
                return new HttpRequestMessage(HttpMethod.Get, new Uri($"payments/{planned.PaymentId}", UriKind.Relative));

            default:
                return new HttpRequestMessage(HttpMethod.Get, new Uri($"accounts/{planned.AccountId}/payments", UriKind.Relative));
        }
    }

    private static async Task<Operation> InterpretAsync(Operation operation, HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        var outcome = OutcomeRules.Of(operation.Kind, status, response.Headers.Contains("Degraded"));
        var body = await response.Content.ReadAsStringAsync();
        operation = operation with { Status = status, Outcome = outcome };
        if (outcome == Outcome.Failed)
        {
            return operation with { Error = $"{status}: {body}" };
        }

        using var json = JsonDocument.Parse(body);
        if (operation.Kind != OperationKind.Pay)
        {
            return operation;
        }

        // An acknowledgement that does not name the payment is none.
        return Text(json, "id") is { } id
            ? operation with { PaymentId = id, Region = Text(json, "region") }
            : operation with { Outcome = Outcome.Failed, Error = $"{status} without an id: {body}" };
    }

    private static string? Text(JsonDocument json, string name) =>
        json.RootElement.ValueKind == JsonValueKind.Object
        && json.RootElement.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
