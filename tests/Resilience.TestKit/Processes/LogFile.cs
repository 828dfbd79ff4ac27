namespace Resilience.TestKit.Processes;

internal static class LogFile
{
    /// <summary>The last lines as one line, for the message of an exception.</summary>
    public static string Tail(string path)
    {
        try
        {
            return "Its log ends: " + string.Join(" | ", File.ReadLines(path).TakeLast(6));
        }
        catch (IOException)
        {
            return "It has no log.";
        }
    }
}
