using Microsoft.AspNetCore.Http;
using Resilience.AspNetCore.Health.Formats;
using Resilience.AspNetCore.Management;

namespace Resilience.AspNetCore.Health;

/// <summary>What the management listener answers to which path. Exact paths; everything else is not there.</summary>
internal sealed class ManagementPages(ProbeBoard board, HealthReporter reporter)
{
    private const string Json = "application/json";

    public ManagementAnswer Answer(ManagementRequest request) => request.Path switch
    {
        "/health/startup" => Probe(board.Answers.Startup),
        "/health/live" => Probe(board.Answers.Live),
        "/health/ready" => Probe(board.Answers.Ready),
        "/health" => Detail(DetailFormats.Answer(reporter, request.Query, request.Accept)),
        _ => new ManagementAnswer(StatusCodes.Status404NotFound, Json, default),
    };

    private static ManagementAnswer Detail(DetailAnswer answer) => new(answer.Status, answer.ContentType, answer.Body);

    private static ManagementAnswer Probe(ProbeAnswer answer) => new(answer.Status, Json, answer.Body);
}
