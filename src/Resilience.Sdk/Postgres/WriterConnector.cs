using Npgsql;
using Resilience.Evidence;
using Resilience.Internal;

namespace Resilience.Postgres;

/// <summary>Hands out connections to the writer: at once when one is idle, else after the opener's wait. Who comes first after a switch completes its record.</summary>
internal sealed class WriterConnector(WriterOpener opener, ActiveRegionSet active, FailoverRecorder recorder)
{
    private TimeSpan Patience => active.Current.Options.WaitForWriter;

    public ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        if (active.Current.Route is not { } route)
        {
            return WaitAsync(cancellationToken);
        }

        var opening = route.OpenAsync(Patience, cancellationToken);
        if (!opening.IsCompletedSuccessfully)
        {
            return FinishAsync(opening, route, cancellationToken);
        }

        NoteSuccess(route);
        return opening;
    }

    /// <summary>The same, blocking the thread.</summary>
    public NpgsqlConnection Open()
    {
        var opened = opener.Open(Patience);
        NoteSuccess(opened.Route);
        return opened.Connection;
    }

    public void NoteSuccess(WriterRoute route)
    {
        if (route.FirstServed())
        {
            recorder.OnFirstSuccess(route.Region);
        }
    }

    private async ValueTask<NpgsqlConnection> WaitAsync(CancellationToken cancellationToken)
    {
        var opened = await opener.OpenAsync(seen: null, Patience, Deadline.In(Patience, opener.Clock), cancellationToken);
        NoteSuccess(opened.Route);
        return opened.Connection;
    }

    private async ValueTask<NpgsqlConnection> FinishAsync(ValueTask<NpgsqlConnection> opening, WriterRoute route, CancellationToken cancellationToken)
    {
        var patience = Patience;
        var deadline = Deadline.In(patience, opener.Clock);
        SeenFailure? seen = null;
        try
        {
            var connection = await opening;
            NoteSuccess(route);
            return connection;
        }
        catch (Exception exception) when (WriterOpener.IsRepeatable(exception, cancellationToken))
        {
            seen = WriterOpener.Blame(route, exception);
        }

        var opened = await opener.OpenAsync(seen, patience, deadline, cancellationToken);
        NoteSuccess(opened.Route);
        return opened.Connection;
    }
}
