namespace Resilience.Internal;

/// <summary>Runs other people's code, log providers and metric listeners, where its failure must not stop ours.</summary>
internal static class Guarded
{
    public static void Run(Action action)
    {
        try
        {
            action();
        }
#pragma warning disable CA1031 // That is what it is for.
        catch (Exception)
#pragma warning restore CA1031
        {
            // Whatever would be told of it would go the same way.
        }
    }

    /// <summary>The same for what takes time.</summary>
    public static async Task RunAsync(Func<ValueTask> action)
    {
        try
        {
            await action();
        }
#pragma warning disable CA1031 // That is what it is for.
        catch (Exception)
#pragma warning restore CA1031
        {
            // As above.
        }
    }
}
