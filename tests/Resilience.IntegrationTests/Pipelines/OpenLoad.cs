using System.Collections.Concurrent;

namespace Resilience.IntegrationTests.Pipelines;

/// <summary>
/// Requests at a fixed rate, whether the earlier ones have been answered or not, each path in turn. Latency is counted from
/// when a request was due, so that a generator that falls behind does not hide what callers would have waited.
/// </summary>
internal sealed class OpenLoad(string address, int perSecond, params string[] paths)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(8);

    /// <summary>Runs for a while and waits for the last answer.</summary>
    /// <returns>The latencies by path, in milliseconds; what was not answered in 8 s counts as that.</returns>
    public async Task<IReadOnlyDictionary<string, double[]>> RunAsync(TimeSpan duration)
    {
        using var http = new HttpClient(new SocketsHttpHandler()) { BaseAddress = new Uri(address), Timeout = Longest };
        var time = TimeProvider.System;
        var latencies = paths.ToDictionary(path => path, _ => new ConcurrentBag<double>(), StringComparer.Ordinal);
        var running = new List<Task>();
        var began = time.GetTimestamp();
        var total = (int)(duration.TotalSeconds * perSecond);
        for (var sent = 0; sent < total;)
        {
            for (; sent < total && time.GetElapsedTime(began).TotalSeconds * perSecond >= sent; sent++)
            {
                running.Add(SendAsync(paths[sent % paths.Length], TimeSpan.FromSeconds((double)sent / perSecond)));
            }

            await Task.Delay(TimeSpan.FromMilliseconds(1), time);
        }

        await Task.WhenAll(running);
        return latencies.ToDictionary(path => path.Key, path => path.Value.Order().ToArray(), StringComparer.Ordinal);

        async Task SendAsync(string path, TimeSpan due)
        {
            try
            {
                using var response = await http.GetAsync(path);
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
            {
                latencies[path].Add(Longest.TotalMilliseconds);
                return;
            }

            latencies[path].Add((time.GetElapsedTime(began) - due).TotalMilliseconds);
        }
    }
}
