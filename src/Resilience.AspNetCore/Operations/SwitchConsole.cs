using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Npgsql;
using Resilience.DependencyInjection;
using Resilience.Internal;
using Resilience.Postgres;

namespace Resilience.AspNetCore.Operations;

/// <summary>Shows where each database stands between two writers, and takes people's consent to a switch. Who consents is who was authenticated, never who the request says.</summary>
internal sealed class SwitchConsole(DatabaseRegistry databases)
{
    private const int MostBytes = 1024;

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (var database in databases.All)
        {
            Write(json, database.SwitchStatus);
        }

        json.WriteEndArray();
    }

    /// <summary>Consents, or takes it back.</summary>
    public async Task<IResult> ConsentAsync(HttpContext context, string dependency, bool withdraw)
    {
        if (context.User.Identity is not { IsAuthenticated: true, Name: { Length: > 0 } principal })
        {
            return Problem(StatusCodes.Status401Unauthorized, "Only an authenticated person with a name can consent to a switch. Add an authentication scheme to the application.");
        }

        if (databases.All.FirstOrDefault(one => one.Name == dependency) is not { } database)
        {
            return Problem(StatusCodes.Status404NotFound, $"There is no database '{dependency}'.");
        }

        if (await ReadRegionAsync(context) is not { } region)
        {
            return Problem(StatusCodes.Status400BadRequest, "Send {\"region\":\"…\"} as application/json, at most 1 KiB: the promoted region that the switch goes to.");
        }

        try
        {
            await (withdraw
                ? database.WithdrawSwitchApprovalAsync(region, principal, context.RequestAborted)
                : database.ApproveSwitchAsync(region, principal, context.RequestAborted));
        }
        catch (PostgresException exception)
        {
            return Problem(StatusCodes.Status503ServiceUnavailable, $"Region '{region}' does not take it: {FailureClassifier.OfProbe(exception).Message}.");
        }
        catch (Exception exception) when (exception is InvalidOperationException and not ObjectDisposedException or ArgumentException)
        {
            return Problem(StatusCodes.Status409Conflict, exception.Message);
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException or ObjectDisposedException or OperationCanceledException && !context.RequestAborted.IsCancellationRequested)
        {
            return Problem(StatusCodes.Status503ServiceUnavailable, $"Region '{region}' could not be asked. Repeat it: consenting twice is consenting once.");
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
