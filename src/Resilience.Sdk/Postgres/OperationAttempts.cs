using Npgsql;
using Resilience.Internal;

namespace Resilience.Postgres;

/// <summary>One call of <c>ExecuteAsync</c> across its attempts.</summary>
internal sealed class OperationAttempts(
    string? operationId, Guid callId, Func<NpgsqlConnection, NpgsqlTransaction, string, CancellationToken, Task> work, TimeSpan patience, MonotonicClock time)
{
    /// <summary>Null for work that is not entered in the ledger.</summary>
    public string? OperationId => operationId;

    /// <summary>How messages call it.</summary>
    public string Name => operationId is null ? "The work" : $"Operation '{operationId}'";

    /// <summary>Tells our own earlier commit from another call's with the same operation id.</summary>
    public Guid CallId => callId;

    /// <summary>The statements; told the region they run in.</summary>
    public Func<NpgsqlConnection, NpgsqlTransaction, string, CancellationToken, Task> Work => work;

    /// <summary>How long to go on after the first failure.</summary>
    public TimeSpan Patience => patience;

    /// <summary>Set at the first failure: work may take as long as it likes, only recovering is bounded.</summary>
    public Deadline? Deadline { get; set; }

    public SeenFailure? Seen { get; set; }

    public int Repeats { get; set; }

    /// <summary>How far the present attempt is.</summary>
    public OperationStage Stage { get; set; }

    /// <summary>Whether the attempt's connection was broken when it ended.</summary>
    public bool IsBroken { get; set; }

    /// <summary>The last connection that led to a former writer, in words; what a caller has to know when time is up.</summary>
    public string? Astray { get; set; }

    /// <summary>
    /// True from a COMMIT without an answer until the ledger has answered. While it is true, no failure may leave as one
    /// that says that nothing is committed.
    /// </summary>
    public bool IsUnknown
    {
        get;
        set
        {
            if (value)
            {
                UnknownSince ??= time.Now;
            }

            field = value;
        }
    }

    /// <summary>Whether a commit of it was cut off because another writer had been elected.</summary>
    public bool EndedWithItsWriter { get; set; }

    /// <summary>When a commit of it first got no answer; null when none did.</summary>
    public TimeSpan? UnknownSince { get; private set; }
}
