using System.Globalization;

namespace Resilience.TestKit;

/// <summary>What a <see cref="ToxicProxy"/> does to the connections that pass through it.</summary>
public abstract record Toxic
{
    private protected Toxic()
    {
    }

    /// <summary>The half of the connections that is hit.</summary>
    /// <value>Default <see cref="ToxicDirection.Both"/>.</value>
    public ToxicDirection Direction { get; init; }

    /// <summary>The share of the connections that is hit; which ones is decided by the proxy's seed and the order in which they come.</summary>
    /// <value>Default 1; from 0 to 1.</value>
    public double Toxicity { get; init; } = 1;

    internal bool IsFor(ToxicDirection half) => Direction == ToxicDirection.Both || Direction == half;

    internal virtual void Validate()
    {
        if (!Enum.IsDefined(Direction))
        {
            throw OutOfRange(nameof(Direction), Direction, "The direction of a toxic is Both, Upstream or Downstream.");
        }

        if (!(Toxicity >= 0 && Toxicity <= 1))
        {
            throw OutOfRange(nameof(Toxicity), Toxicity, "The toxicity is a share of the connections: give a number from 0 to 1.");
        }
    }

    private protected static void ValidateTime(string name, TimeSpan value)
    {
        // As long as a timer can wait.
        if (value < TimeSpan.Zero || value > TimeSpan.FromDays(1))
        {
            throw OutOfRange(name, value, $"'{name}' of a toxic is a time from 0 to 1 day.");
        }
    }

    private protected static void ValidateCount(string name, long value, long least)
    {
        if (value < least)
        {
            throw OutOfRange(name, value, string.Create(CultureInfo.InvariantCulture, $"'{name}' of a toxic is a number of bytes of at least {least}."));
        }
    }

    private protected static ArgumentOutOfRangeException OutOfRange(string name, object value, string message) => new(name, value, message);
}
