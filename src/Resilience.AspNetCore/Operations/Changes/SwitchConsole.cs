using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Npgsql;
using Resilience.DependencyInjection;
using Resilience.Internal;
using Resilience.Postgres;
using Resilience.Regions;

namespace Resilience.AspNetCore.Operations.Changes;

/// <summary>
/// Shows where each database stands between two writers, and takes people's decisions about it. Who decides is who was authenticated,
/// never who the request says; each decision, made or refused, is kept in the <see cref="ChangeRecord"/>.
/// </summary>
internal sealed class SwitchConsole(DatabaseRegistry databases, FleetService fleet, ChangeRecord record, TimeProvider time)
{
    /// <summary>Names the replica that a decision is meant for, as the page shows it: behind a balancer the request may reach another.</summary>
    public const string ReplicaHeader = "X-Dr-Replica";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private const string NoMoment = "Send nothing, or {\"heldBy\":\"…\",\"heldSince\":\"…\"} as application/json, at most 1 KiB: the hold that is meant, as GET /dr/api/switches shows it.";
    private const string NoRegion = "Send {\"region\":\"…\"} as application/json, at most 1 KiB: the promoted region that the switch goes to, one of those that are configured.";

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
        DecideAsync(context, "approve", async (database, asked, who, token) =>
        {
            await database.ApproveSwitchAsync(asked.Region!, who, token);
            return true;
        });

    public Task<IResult> WithdrawAsync(HttpContext context) =>
        DecideAsync(context, "withdraw", async (database, asked, who, token) =>
        {
            await database.WithdrawSwitchApprovalAsync(asked.Region!, who, token);
            return true;
        });

    public Task<IResult> HoldAsync(HttpContext context) =>
        DecideAsync(context, "hold", (database, _, who, token) => database.HoldSwitchesAsync(who, token), asks: Asks.Nothing);

    public Task<IResult> ReleaseAsync(HttpContext context) =>
        DecideAsync(
            context,
            "release",
            (database, asked, who, token) => asked.HeldSince is null
                ? database.ReleaseSwitchesAsync(who, token)
                : database.ReleaseSwitchesAsync(who, database.SwitchStatus with { HeldBy = asked.HeldBy, HeldSince = asked.HeldSince }, token),
            asks: Asks.Hold);

    /// <summary>Stays with the previous writer: nothing is followed any more, and the own consent is taken back. A switch that was made is undone by promoting again.</summary>
    public Task<IResult> RollBackAsync(HttpContext context) => DecideAsync(context, "roll-back", async (database, asked, who, token) =>
    {
        var region = asked.Region!;
        var status = database.SwitchStatus;
        if (status.Candidate != region || status.IsDecided)
        {
            throw new InvalidOperationException(
                $"No switch of '{status.Dependency}' to '{region}' can be rolled back{(status.Writer == region || status.IsDecided ? ": it has been made, here or by another replica. To go back, promote the other region; the runbook's planned switchover has the steps" : "")}. {status.Next}");
        }

        var everywhere = await database.HoldSwitchesAsync(who, token);
        if (status.ApprovedBy.Contains(who, StringComparer.OrdinalIgnoreCase))
        {
            // The hold is what stops the switch. A consent that cannot be taken back now expires, and is shown until then.
            try
            {
                await database.WithdrawSwitchApprovalAsync(region, who, token);
            }
            catch (Exception exception) when (exception is InvalidOperationException or NpgsqlException or TimeoutException)
            {
                return everywhere;
            }
        }

        return everywhere;
    });

    private async Task<IResult> DecideAsync(
        HttpContext context, string action, Func<RegionalDataSource, AskedDecision, string, CancellationToken, Task<bool>> decide, Asks asks = Asks.Region)
    {
        if (CrossSite.WhyNot(context.Request) is { } why)
        {
            return Problem(StatusCodes.Status403Forbidden, why);
        }

        if (context.Request.Headers[ReplicaHeader] is [{ } meant] && meant != fleet.Name)
        {
            return Problem(StatusCodes.Status409Conflict, $"This is the replica '{fleet.Name}', and the decision is meant for another. Open the page of the one that is meant.");
        }

        if (context.User.Identity is not { IsAuthenticated: true, Name: { } principal } || !Principal.IsValid(principal))
        {
            return Problem(StatusCodes.Status401Unauthorized, "Only an authenticated person with a name can decide about a switch. Add an authentication scheme to the application.");
        }

        var dependency = (string)context.GetRouteValue("dependency")!;
        if (databases.All.FirstOrDefault(one => one.Name == dependency) is not { } database)
        {
            return Problem(StatusCodes.Status404NotFound, "There is no such database; GET /dr/api/switches names them.");
        }

        var asked = asks == Asks.Nothing ? AskedDecision.Nothing : await AskedDecision.ReadAsync(context.Request, context.RequestAborted);
        var region = asks == Asks.Region ? asked?.Region : null;
        if (asks == Asks.Region && (region is null || database.Regions.Endpoints.All(one => one.Region != region)))
        {
            return Problem(StatusCodes.Status400BadRequest, NoRegion);
        }

        if (asked is null)
        {
            return Problem(StatusCodes.Status400BadRequest, NoMoment);
        }

        // Under a time limit of its own: who goes away must not leave a decision that is half made, or made and not on record.
        using var patience = new CancellationTokenSource(Patience, time);
        var status = StatusCodes.Status500InternalServerError;
        try
        {
            var result = await TryAsync(token => decide(database, asked, principal, token), region, patience.Token);
            status = (result as IStatusCodeHttpResult)?.StatusCode ?? status;
            return result;
        }
        finally
        {
            await record.AddAsync(new OperatorChange(time.GetUtcNow(), action, dependency, region, principal, status));
        }
    }

    private static async Task<IResult> TryAsync(Func<CancellationToken, Task<bool>> decide, string? region, CancellationToken cancellationToken)
    {
        try
        {
            return await decide(cancellationToken) ? Results.NoContent() : Results.Accepted();
        }
        catch (PostgresException exception)
        {
            return Problem(StatusCodes.Status503ServiceUnavailable, $"Region '{region}' does not take it: {FailureClassifier.OfProbe(exception).Message}.");
        }
        catch (Exception exception) when (exception is InvalidOperationException and not ObjectDisposedException or ArgumentException)
        {
            return Problem(StatusCodes.Status409Conflict, exception.Message);
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException or ObjectDisposedException or OperationCanceledException)
        {
            return Problem(StatusCodes.Status503ServiceUnavailable, $"{(region is null ? "The process" : $"Region '{region}'")} could not be asked. Repeat it: deciding twice is deciding once.");
        }
    }

    private static IResult Problem(int status, string detail) => Results.Problem(detail, statusCode: status);

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
        json.WriteBoolean("decided", status.IsDecided);
        json.WriteString("heldBy", status.HeldBy);
        if (status.HeldSince is { } since)
        {
            json.WriteString("heldSince", since);
        }
        else
        {
            json.WriteNull("heldSince");
        }

        json.WriteNumber("approvalsNeeded", status.ApprovalsNeeded);
        json.WriteStartArray("approvedBy");
        foreach (var principal in status.ApprovedBy)
        {
            json.WriteStringValue(principal);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private enum Asks
    {
        Nothing,
        Region,
        Hold,
    }
}
