namespace GameDay.CommandLine;

internal static class ExitCodes
{
    public const int HypothesisHeld = 0;

    /// <summary>Any other verdict, or the run could not be made.</summary>
    public const int NotHeld = 1;

    public const int WrongUsage = 2;
}
