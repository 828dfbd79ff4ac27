namespace GameDay.History;

/// <summary>Which answers the contract of the service allows.</summary>
internal static class OutcomeRules
{
    public static Outcome Of(OperationKind kind, int status, bool saysDegraded)
    {
        var allowed = kind == OperationKind.Pay ? status is 201 or 202 or 402 : status is 200;
        if (!allowed)
        {
            return Outcome.Failed;
        }

        return status == 202 || saysDegraded ? Outcome.Degraded : Outcome.Succeeded;
    }
}
