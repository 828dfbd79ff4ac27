namespace GameDay.Terminal;

internal interface IProgressDisplay
{
    /// <summary>Shows how the work goes on until it ends; throws what the work throws.</summary>
    Task ShowAsync(RunStatus status, Task work);
}
