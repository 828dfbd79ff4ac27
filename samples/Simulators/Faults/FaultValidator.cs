namespace Simulators.Faults;

/// <summary>Turns a request into a fault, or into every reason why not.</summary>
internal static class FaultValidator
{
    private const double MaxDelayMs = 600_000;

    public static Dictionary<string, string> Validate(FaultRequest request, out Fault fault)
    {
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        CheckDelay("latencyMs", request.LatencyMs);
        CheckDelay("jitterMs", request.JitterMs);
        if (request.FailureRate is { } rate && !(rate >= 0 && rate <= 1))
        {
            errors["failureRate"] = $"'{rate}' must be between 0 and 1.";
        }

        if (request.Status is { } status && status is < 400 or > 599)
        {
            errors["status"] = $"'{request.Status}' must be between 400 and 599.";
        }

        if (request.When is not (null or Fault.Before or Fault.After))
        {
            errors["when"] = $"'{request.When}' must be '{Fault.Before}' or '{Fault.After}'.";
        }

        fault = new Fault(
            request.LatencyMs ?? 0,
            request.JitterMs ?? 0,
            // A status without a rate can only mean that every call gets it.
            request.FailureRate ?? (request.Status is null ? 0 : 1),
            request.Status ?? Fault.None.Status,
            request.Hang ?? false,
            request.Down ?? false,
            request.When ?? Fault.Before);
        return errors;

        void CheckDelay(string field, double? value)
        {
            if (value is { } ms && !(ms >= 0 && ms <= MaxDelayMs))
            {
                errors[field] = $"'{ms}' must be between 0 and {MaxDelayMs}.";
            }
        }
    }
}
