using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Resilience.AspNetCore.Tests.Samples;

/// <summary>The requests that the tests of the samples share.</summary>
internal static class PaymentCalls
{
    public const string Valid = """{"accountId":"a1","amount":12.50,"currency":"EUR"}""";

    public static async Task<HttpResponseMessage> PayAsync(this HttpClient http, string key, string body = Valid) =>
        await http.SendKeyedAsync("/payments", key, body);

    public static async Task<HttpResponseMessage> ChargeAsync(this HttpClient http, string key, string body = Valid) =>
        await http.SendKeyedAsync("/charges", key, body);

    public static async Task FaultAsync(this HttpClient http, string fault)
    {
        using var content = new StringContent(fault, Encoding.UTF8, "application/json");
        using var response = await http.PutAsync("/faults/payment-gateway", content);
        response.EnsureSuccessStatusCode();
    }

    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage response)
    {
        using (response)
        {
            return await response.Content.ReadFromJsonAsync<JsonElement>();
        }
    }

    public static async Task<int> ChargeCountAsync(this HttpClient http, string key) =>
        (await http.GetFromJsonAsync<JsonElement>($"/charges/{key}")).GetProperty("count").GetInt32();

    public static async Task WaitForStatusAsync(this HttpClient http, string location, string status)
    {
        var clock = TimeProvider.System;
        var started = clock.GetTimestamp();
        while (true)
        {
            var seen = (await http.GetFromJsonAsync<JsonElement>(location)).GetProperty("status").GetString();
            if (seen == status)
            {
                return;
            }

            Assert.True(clock.GetElapsedTime(started) < TimeSpan.FromSeconds(30), $"{location} is still '{seen}' and not '{status}'.");
            await Task.Delay(TimeSpan.FromMilliseconds(50), clock);
        }
    }

    private static async Task<HttpResponseMessage> SendKeyedAsync(this HttpClient http, string path, string key, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return await http.SendAsync(request);
    }
}
