using GameDay.CommandLine;
using GameDay.Terminal;

var screen = Screen.Open();
using var interruption = Interruption.Watch(screen.IsTerminal);
var runner = new Runner(screen, interruption, TimeProvider.System);
return await GameDayCommands.InvokeAsync(args, request =>
{
    OwnNamespace.EnterIfNeeded(request.Experiments, args);
    return runner.RunAsync(request);
});
