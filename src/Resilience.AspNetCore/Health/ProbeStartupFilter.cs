using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Resilience.AspNetCore.Drain;

namespace Resilience.AspNetCore.Health;

/// <summary>
/// Answers the three probes before anything of the application runs: no redirect to HTTPS, no authentication that waits for
/// somebody, no rate limit and no broken middleware can change what Kubernetes is told. Other paths pass; so do the probes
/// of an application that maps them elsewhere.
/// </summary>
internal sealed class ProbeStartupFilter(ProbeBoard board, ConnectionDrain drain) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(following => context => Find(context) is { } answer ? AnswerAsync(context, answer) : following(context));
        next(app);
    };

    /// <summary>The answer to a probe at its own path; null for everything else. Exact paths only.</summary>
    private ProbeAnswer? Find(HttpContext context)
    {
        if (!board.IsMapped || context.Request.PathBase.HasValue)
        {
            return null;
        }

        var answers = board.Answers;
        return context.Request.Path.Value switch
        {
            ProbePaths.Ready => answers.Ready,
            ProbePaths.Live => answers.Live,
            ProbePaths.Startup => answers.Startup,
            _ => null,
        };
    }

    private Task AnswerAsync(HttpContext context, ProbeAnswer answer)
    {
        drain.Apply(context);
        return ProbeEndpoints.WriteAsync(context, answer);
    }
}
