using System.Net;

namespace Resilience.IntegrationTests.Payments;

/// <summary>What a customer got for one request; no status when the connection broke.</summary>
internal sealed record PaymentAttempt(string Key, HttpStatusCode? Status, TimeSpan Took);
