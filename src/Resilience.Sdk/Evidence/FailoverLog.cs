using Microsoft.Extensions.Logging;

namespace Resilience.Evidence;

/// <summary>
/// Keeps each record in <c>failovers.jsonl</c>. A record is written when writes have moved and again with its first success; the last
/// line of an id counts. One for all databases of a process, because they share the file.
/// </summary>
internal sealed class FailoverLog(string folder, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private readonly EvidenceFile _file = new(folder, "failovers", time, logger);

    public void Append(FailoverRecord record) => _ = _file.AppendAsync(json => FailoverJson.Write(json, record));

    public ValueTask DisposeAsync() => _file.DisposeAsync();
}
