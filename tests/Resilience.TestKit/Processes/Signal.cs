namespace Resilience.TestKit.Processes;

/// <summary>Signal numbers of Linux; they are the same on x64 and arm64.</summary>
internal enum Signal
{
    Interrupt = 2,
    Kill = 9,
    User1 = 10,
    Terminate = 15,
    Continue = 18,
    Stop = 19,
}
