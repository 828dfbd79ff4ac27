using Microsoft.AspNetCore.Http;

namespace Resilience.AspNetCore.Health.Formats;

/// <summary>Our own: everything that is known. Always 200, because it was answered; the probes say whether to send requests.</summary>
internal sealed class OwnFormat : IDetailFormat
{
    public string Name => "dr";

    public string ContentType => "application/json";

    public DetailAnswer Write(HealthReporter reporter, DetailQuery query) => new(StatusCodes.Status200OK, ContentType, reporter.Describe());
}
