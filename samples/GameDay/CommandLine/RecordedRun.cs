using GameDay.Checks;
using GameDay.Reporting;

namespace GameDay.CommandLine;

/// <summary>A run that is over, as its files tell it.</summary>
internal static class RecordedRun
{
    /// <summary>Prints each invariant and whether it held. Nothing but the files is asked: no server, and not the report.</summary>
    public static int Check(string directory)
    {
        try
        {
            var checks = Verification.Of(
                HistoryFile.Read(Path.Combine(directory, HistoryFile.Name)), BooksFile.Read(Path.Combine(directory, BooksFile.Name))).Checks;
            foreach (var check in checks)
            {
                Console.WriteLine($"{(check.Held ? "held  " : "BROKEN")}  {check.Name}: {check.Detail}");
            }

            return checks.All(check => check.Held) ? ExitCodes.HypothesisHeld : ExitCodes.NotHeld;
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            Console.Error.WriteLine(e.Message);
            return ExitCodes.WrongUsage;
        }
    }
}
