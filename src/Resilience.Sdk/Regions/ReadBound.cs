namespace Resilience.Regions;

/// <summary>What a reader demands of the data: that it be young enough, or hold all that was there when a token was taken.</summary>
internal readonly record struct ReadBound(TimeSpan MaxStaleness, ReadToken? Token)
{
    public static implicit operator ReadBound(TimeSpan maxStaleness) => new(maxStaleness, null);

    public static implicit operator ReadBound(ReadToken token) => new(TimeSpan.Zero, token);
}
