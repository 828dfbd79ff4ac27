using System.Runtime.ExceptionServices;

namespace Resilience.Sdk.Tests.Pipelines.Bulkhead;

/// <summary>Threads that begin together.</summary>
internal static class Crowd
{
    /// <summary>Runs the work on that many threads, each given its number, and throws what the first to fail threw.</summary>
    public static void Run(int count, Action<int> work)
    {
        using var start = new Barrier(count);
        Exception? failure = null;
        var threads = Enumerable.Range(0, count).Select(i => new Thread(() =>
        {
            start.SignalAndWait();
            try
            {
                work(i);
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref failure, e, null);
            }
        })
        { IsBackground = true }).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => Assert.True(thread.Join(TimeSpan.FromSeconds(60)), "A thread hangs."));
        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }
}
