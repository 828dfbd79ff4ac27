using GameDay.CommandLine;
using GameDay.Terminal;

var screen = Screen.Open();
using var interruption = Interruption.Watch(screen.IsTerminal);
return await GameDayCommands.InvokeAsync(args, new Runner(screen, interruption, TimeProvider.System).RunAsync);
