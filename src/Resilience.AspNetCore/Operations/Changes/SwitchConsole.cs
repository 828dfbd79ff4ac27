using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using Resilience.DependencyInjection;
using Resilience.Internal;
using Resilience.Postgres;

namespace Resilience.AspNetCore.Operations.Changes;

/// <summary>
/// Shows where each database stands between two writers, and takes people's decisions about it. Who decides is who was authenticated,
/// never who the request says; each decision, made or refused, is kept in the <see cref="ChangeRecord"/>.
/// </summary>
internal sealed class SwitchConsole(DatabaseRegistry databases, ChangeRecord record, TimeProvider time)
{
    private const int MostBytes = 1024;
    private const string NoRegion = "Send {\"region\":\"…\"} as application/json, at most 1 KiB: the promoted region that the switch goes to.";

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (var database in databases.All)
        {
            Write(json, database.SwitchStatus);
        }

        json.WriteEndArray();
    }

    public Task<IResult> ApproveAsync(HttpContext context) =>
        DecideAsync(context, "approve", needsRegion: true, (database, region, who, token) => database.ApproveSwitchAsync(region, who, token));

    public Task<IResult> WithdrawAsync(HttpContext context) =>
        DecideAsync(context, "withdraw", needsRegion: true, (database, region, who, token) => database.WithdrawSwitchApprovalAsync(region, who, token));

    public Task<IResult> HoldAsync(HttpContext context) =>
        DecideAsync(context, "hold", needsRegion: false, (database, _, who, token) => database.HoldSwitchesAsync(who, token));

    public Task<IResult> ReleaseAsync(HttpContext context) =>
        DecideAsync(context, "release", needsRegion: false, (database, _, who, token) => database.ReleaseSwitchesAsync(who, token));

    /// <summary>Stays with the previous writer: nothing is followed any more, and the own consent is taken back. A switch that was made is undone by promoting again.</summary>
    public Task<IResult> RollBackAsync(HttpContext context) => DecideAsync(context, "roll-back", needsRegion: true, async (database, region, who, token) =>
    {
        var status = database.SwitchStatus;
        if (status.Candidate != region)
        {
            throw new InvalidOperationException(
                $"No switch of '{status.Dependency}' to '{region}' is under way{(status.Writer == region ? ": it has been made. To go back, promote the other region; the runbook's planned switchover has the steps" : "")}. {status.Next}");
        }

        await database.HoldSwitchesAsync(who, token);
        if (status.ApprovalsNeeded > 0)
        {
            await database.WithdrawSwitchApprovalAsync(region, who, token);
        }
    });

    private async Task<IResult> DecideAsync(
        HttpContext context, string action, bool needsRegion, Func<RegionalDataSource, string, string, CancellationToken, Task> decide)
    {
        if (CrossSite.WhyNot(context.Request) is { } why)
        {
            return Problem(StatusCodes.Status403Forbidden, why);
        }

        if (context.User.Identity is not { IsAuthenticated: true, Name: { Length: > 0 } principal })
        {
            return Problem(StatusCodes.Status401Unauthorized, "Only an authenticated person with a name can decide about a switch. Add an authentication scheme to the application.");
        }

        var dependency = (string)context.GetRouteValue("dependency")!;
        if (databases.All.FirstOrDefault(one => one.Name == dependency) is not { } database)
        {
            return Problem(StatusCodes.Status404NotFound, "There is no such database; GET /dr/api/switches names them.");
        }

        var region = needsRegion ? await ReadRegionAsync(context) : null;
        if (needsRegion && region is null)
        {
            return Problem(StatusCodes.Status400BadRequest, NoRegion);
        }

        var result = await TryAsync(token => decide(database, region!, principal, token), region, context.RequestAborted);
        var status = (result as IStatusCodeHttpResult)?.StatusCode ?? StatusCodes.Status500InternalServerError;
        await record.AddAsync(new OperatorChange(time.GetUtcNow(), action, dependency, region, principal, status));
        return result;
    }

    private static async Task<IResult> TryAsync(Func<CancellationToken, Task> decide, string? region, CancellationToken aborted)
    {
        try
        {
            await decide(aborted);
        }
        catch (PostgresException exception)
        {
            return Problem(StatusCodes.Status503ServiceUnavailable, $"Region '{region}' does not take it: {FailureClassifier.OfProbe(exception).Message}.");
        }
        catch (Exception exception) when (exception is InvalidOperationException and not ObjectDisposedException or ArgumentException)
        {
            return Problem(StatusCodes.Status409Conflict, exception.Message);
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException or ObjectDisposedException or OperationCanceledException && !aborted.IsCancellationRequested)
        {
            return Problem(StatusCodes.Status503ServiceUnavailable, $"{(region is null ? "The process" : $"Region '{region}'")} could not be asked. Repeat it: deciding twice is deciding once.");
        }

        return Results.NoContent();
    }

    private static IResult Problem(int status, string detail) => Results.Problem(detail, statusCode: status);

    private static async Task<string?> ReadRegionAsync(HttpContext context)
    {
        if (!context.Request.HasJsonContentType())
        {
            return null;
        }

        try
        {
            // One byte more than allowed tells a full body from one that goes on, with a length or in chunks.
            var buffer = new byte[MostBytes + 1];
            var length = await context.Request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, context.RequestAborted);
            if (length > MostBytes)
            {
                return null;
            }

            using var body = JsonDocument.Parse(buffer.AsMemory(0, length));
            return body.RootElement is { ValueKind: JsonValueKind.Object } read && read.TryGetProperty("region", out var region) && region.ValueKind == JsonValueKind.String
                ? region.GetString()
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Write(Utf8JsonWriter json, SwitchStatus status)
    {
        json.WriteStartObject();
        json.WriteString("dependency", status.Dependency);
        json.WriteString("mode", EnumName.Of(status.Mode));
        json.WriteString("phase", status.Phase);
        json.WriteString("writer", status.Writer);
        json.WriteString("diagnosis", EnumName.Of(status.Diagnosis));
        json.WriteString("evidence", status.Evidence);
        json.WriteString("candidate", status.Candidate);
        json.WriteString("next", status.Next);
        json.WriteString("heldBy", status.HeldBy);
        json.WriteNumber("approvalsNeeded", status.ApprovalsNeeded);
        json.WriteStartArray("approvedBy");
        foreach (var principal in status.ApprovedBy)
        {
            json.WriteStringValue(principal);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
