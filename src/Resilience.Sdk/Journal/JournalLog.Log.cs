using Microsoft.Extensions.Logging;

namespace Resilience.Journal;

/// <content>What it tells.</content>
internal sealed partial class JournalLog
{
    [LoggerMessage(1700, LogLevel.Error, "The journal in '{Path}' cannot be written. Nothing is promised from it until it can; it is tried again with every record")]
    private static partial void LogFailed(ILogger logger, Exception exception, string path);

    [LoggerMessage(1701, LogLevel.Warning, "The last {Bytes} bytes of the journal file '{Name}' belong to no whole record and were cut off: a record was being written when the process ended")]
    private static partial void LogTorn(ILogger logger, string name, int bytes);

    [LoggerMessage(1702, LogLevel.Critical, "The journal file '{Name}' is broken inside. Its {Records} readable records are kept, the file is set aside as '{Aside}'. Promises may be lost: compare it with the books")]
    private static partial void LogBroken(ILogger logger, string name, int records, string aside);
}
