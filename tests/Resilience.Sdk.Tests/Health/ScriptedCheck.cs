using Resilience.Health;

namespace Resilience.Sdk.Tests.Health;

/// <summary>A check that answers as a test says, and counts how often it is asked and how many run at once.</summary>
internal sealed class ScriptedCheck(Func<CancellationToken, ValueTask<CheckAnswer>> answer) : ICheck
{
    private int _running;

    public string Name => "scripted";

    public int Looks { get; private set; }

    public int MostAtOnce { get; private set; }

    public bool HasTraffic { get; set; }

    public bool HasSucceededWithin(TimeSpan last) => HasTraffic;

    public async ValueTask<CheckAnswer> LookAsync(CancellationToken cancellationToken)
    {
        Looks++;
        MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _running));
        try
        {
            return await answer(cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }
}
