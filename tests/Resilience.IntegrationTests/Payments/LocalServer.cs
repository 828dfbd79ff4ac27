using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Resilience.TestKit;

namespace Resilience.IntegrationTests.Payments;

/// <summary>A server in the test's own process, for what the services under test call.</summary>
internal static class LocalServer
{
    public static async Task<WebApplication> StartAsync(Action<WebApplication> map)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration["urls"] = $"http://127.0.0.1:{FreePort.Reserve()}";
        var app = builder.Build();
        map(app);
        await app.StartAsync();
        return app;
    }
}
