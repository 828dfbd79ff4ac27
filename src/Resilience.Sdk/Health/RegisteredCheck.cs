using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Resilience.Health;

/// <summary>An <see cref="IHealthCheck"/> of the application or of a library, in a scope of its own for each look.</summary>
internal sealed class RegisteredCheck(HealthCheckRegistration registration, IServiceScopeFactory scopes) : ICheck
{
    public string Name => registration.Name;

    public bool HasSucceededWithin(TimeSpan last) => false;

    public async ValueTask<CheckAnswer> LookAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var check = registration.Factory(scope.ServiceProvider);
        var result = await check.CheckHealthAsync(new HealthCheckContext { Registration = registration }, cancellationToken);
        return result.Status switch
        {
            HealthStatus.Healthy => new CheckAnswer(CheckOutcome.Succeeded),
            HealthStatus.Degraded => new CheckAnswer(CheckOutcome.Degraded),
            _ => new CheckAnswer(CheckOutcome.Failed, result.Exception is { } exception ? CheckFailure.Reason(exception) : "unhealthy"),
        };
    }
}
