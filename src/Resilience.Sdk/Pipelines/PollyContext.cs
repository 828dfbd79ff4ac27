using System.Runtime.CompilerServices;
using Polly;

namespace Resilience.Pipelines;

/// <summary>
/// Gives a Polly context the token of an attempt, as Polly's own time-out strategy does. Polly offers no public way to it
/// (its setter is internal), and a second context would lose the first one's properties. Should a later Polly have no such
/// setter, attempts keep the caller's token and are not cut short; a test notices.
/// </summary>
internal static class PollyContext
{
    private static readonly bool IsAvailable = Probe();

    public static void SetToken(ResilienceContext context, CancellationToken token)
    {
        if (IsAvailable)
        {
            Set(context, token);
        }
    }

    private static bool Probe()
    {
        var context = ResilienceContextPool.Shared.Get();
        try
        {
            Set(context, CancellationToken.None);
            return true;
        }
        catch (MissingMethodException)
        {
            return false;
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_CancellationToken")]
    private static extern void Set(ResilienceContext context, CancellationToken token);
}
