using System.Collections.Concurrent;
using System.Text.Json;
using GameDay.History;
using GameDay.Timing;

namespace GameDay.Load;

/// <summary>Sends one request, repeats it under the same key as often as the options say, and records what came of it.</summary>
internal sealed class PaymentClient : IDisposable
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(2);

    private readonly RunClock _clock;
    private readonly int _retries;
    private readonly OperationHistory _history;
    private readonly AcknowledgedPayments _acknowledged;
    private readonly HttpClient _http;
    private readonly Random _random;
    private readonly ConcurrentDictionary<long, TimeSpan> _due = new();
    private long _number;

    public PaymentClient(Uri service, LoadOptions options, RunClock clock, OperationHistory history, AcknowledgedPayments acknowledged)
    {
        (_clock, _history, _acknowledged, _retries) = (clock, history, acknowledged, options.Retries);
        _random = new Random(options.Seed);
        var handler = new SocketsHttpHandler { MaxConnectionsPerServer = options.MaxInFlight, UseProxy = false, AllowAutoRedirect = false };
        _http = new HttpClient(handler) { BaseAddress = service, Timeout = options.Timeout };
    }

    public int InFlight => _due.Count;

    /// <summary>How many requests wait for their end that were due by then.</summary>
    public int WaitingSince(TimeSpan moment) => _due.Values.Count(due => due <= moment);

    public async Task SendAsync(PlannedRequest planned, TimeSpan intendedAt)
    {
        var sentAt = _clock.Now;
        var number = Interlocked.Increment(ref _number);
        _due[number] = intendedAt;
        var operation = new Operation
        {
            Kind = planned.Kind,
            Key = planned.Key,
            AccountId = planned.Key is null ? null : planned.AccountId,
            Amount = planned.Amount,
            PaymentId = planned.PaymentId,
            IntendedAt = intendedAt,
            SentAt = sentAt,
            EndedAt = sentAt,
            Outcome = Outcome.Failed,
        };
        for (var attempt = 1; ; attempt++)
        {
            var answered = await TryAsync(planned, operation);
            if (answered.Outcome != Outcome.Failed || attempt > _retries)
            {
                operation = answered with { Attempts = attempt };
                break;
            }

            await Task.Delay(DelayAfter(attempt), _clock.Time);
        }

        operation = operation with { EndedAt = _clock.Now };
        _due.TryRemove(number, out _);
        if (operation is { IsAcknowledged: true, PaymentId: { } id })
        {
            _acknowledged.Add(id);
        }

        _history.Add(operation);
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Full jitter over an exponential delay, as clients have it that wait for a service which comes back.</summary>
    private TimeSpan DelayAfter(int attempt)
    {
        var most = Math.Min(LongestDelay.TotalMilliseconds, FirstDelay.TotalMilliseconds * (1 << (attempt - 1)));
        lock (_random)
        {
#pragma warning disable CA5394 // Reproducible, which secure randomness is not.
            return TimeSpan.FromMilliseconds(_random.NextDouble() * most);
#pragma warning restore CA5394
        }
    }

    private async Task<Operation> TryAsync(PlannedRequest planned, Operation operation)
    {
        try
        {
            using var request = RequestMessage.Of(planned);
            using var response = await _http.SendAsync(request);
            return await InterpretAsync(operation, response);
        }
        catch (Exception e)
        {
            return operation with { Error = $"{e.GetType().Name}: {e.Message}" };
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
