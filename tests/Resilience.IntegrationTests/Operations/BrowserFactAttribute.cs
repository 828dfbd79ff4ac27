namespace Resilience.IntegrationTests.Operations;

/// <summary>Needs a browser.</summary>
public sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute() => Skip = OperationsBrowser.Missing;
}
