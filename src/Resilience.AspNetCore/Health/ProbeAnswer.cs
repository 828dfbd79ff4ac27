namespace Resilience.AspNetCore.Health;

/// <summary>A probe's answer, ready to be written.</summary>
/// <param name="Status">200 or 503.</param>
/// <param name="Body">The JSON body.</param>
internal sealed record ProbeAnswer(int Status, ReadOnlyMemory<byte> Body)
{
    public static ProbeAnswer Of(int status, string says) => new(status, System.Text.Encoding.UTF8.GetBytes($$"""{"status":"{{says}}"}"""));
}
