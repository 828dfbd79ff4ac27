namespace Simulators;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Now listening on: {Addresses} (seed {Seed}, gateway idempotent: {Idempotent})")]
    public static partial void Started(ILogger logger, string addresses, int seed, bool idempotent);

    [LoggerMessage(2, LogLevel.Information, "Fault of '{Service}' is now: {Fault}")]
    public static partial void FaultChanged(ILogger logger, string service, string fault);
}
