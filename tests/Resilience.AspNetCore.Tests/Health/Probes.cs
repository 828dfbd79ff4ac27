using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Resilience.AspNetCore.Health;

namespace Resilience.AspNetCore.Tests.Health;

/// <summary>Tests do not wait for the watchdog's next round.</summary>
internal static class Probes
{
    public static void PublishProbes(this WebApplication app) => app.Services.GetRequiredService<ProbeBoard>().Publish();
}
