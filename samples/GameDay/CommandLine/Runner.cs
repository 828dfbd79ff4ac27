using GameDay.Deployment;
using GameDay.Experiments;
using GameDay.Reporting;
using GameDay.Terminal;
using GameDay.Timing;
using Resilience.TestKit;
using Spectre.Console;

namespace GameDay.CommandLine;

/// <summary>Runs what was asked for, one experiment after the other, each on a system of its own.</summary>
internal sealed class Runner(Screen screen, Interruption interruption, TimeProvider time)
{
    public async Task<int> RunAsync(RunRequest request)
    {
        var allHeld = true;
        foreach (var experiment in request.Experiments)
        {
            var serve = request.Serve && experiment == request.Experiments[^1];
            try
            {
                allHeld &= await RunAsync(experiment, request, serve);
                if (!allHeld && request.StopAtFirst)
                {
                    screen.Console.WriteLine($"The plan ends here: '{experiment.Name}' did not pass.");
                    break;
                }
            }
            catch (Exception e)
            {
                await interruption.EndIfComingAsync();
                await Console.Error.WriteLineAsync(Explain(experiment, e));
                return ExitCodes.NotHeld;
            }
        }

        return allHeld ? ExitCodes.HypothesisHeld : ExitCodes.NotHeld;
    }

    private static string Explain(Experiment experiment, Exception e) => e switch
    {
        MissingCapabilityException or FileNotFoundException or InvalidDataException => e.Message,
        _ => $"'{experiment.Name}' could not be run. {e}",
    };

    private async Task<bool> RunAsync(Experiment experiment, RunRequest request, bool serve)
    {
        if (experiment.Deployment.NeedsNamespace)
        {
            PrivateNetwork.Require();
        }

        var clock = new RunClock(time);
        var status = new RunStatus(experiment.Name, clock);
        var targets = RecoveryTargets.Of(experiment, request.Objectives);
        var session = new ExperimentSession(request.Settings, targets, clock, status);
        try
        {
            return await RunAsync(experiment, request, serve, session);
        }
        finally
        {
            // Not beside the signal, which ends the servers too.
            await interruption.EndIfComingAsync();
            await session.DisposeAsync();
        }
    }

    private async Task<bool> RunAsync(Experiment experiment, RunRequest request, bool serve, ExperimentSession session)
    {
        var started = session.Clock.ToUtc(session.Clock.Now);
        var work = new ExperimentRun(experiment, session).ExecuteAsync(interruption.Token);
        await screen.Progress(session.Clock).ShowAsync(session.Status, work);
        var evidence = await work;
        var report = new ReportBuilder(experiment, session, evidence).Build(started);

        // Servers that a signal ends would look like failures of the service.
        await interruption.EndIfComingAsync();
        var path = await ReportFile.WriteAsync(report, evidence.Operations, evidence.Books, request.DirectoryFor(experiment), interruption.Token);
        Summary.Print(screen.Console, report, path);
        if (serve && session.System is { } system)
        {
            Invitation.Print(system);
            await Task.Delay(Timeout.InfiniteTimeSpan, time, interruption.Token);
        }

        return report.Verdict == Verdict.Passed;
    }
}
