namespace GameDay.Load;

internal interface ILoad
{
    /// <summary>Sends until stopped, then waits for the requests on their way; their own time-out bounds the wait.</summary>
    Task RunAsync(CancellationToken stop);
}
