namespace PaymentService.Operators;

/// <summary>Somebody who may look at the operations page: <c>Operators:0:Name</c>, <c>Operators:0:Password</c>, <c>Operators:0:MayDecide</c>.</summary>
internal sealed class OperatorOptions
{
    public string Name { get; set; } = "";

    public string Password { get; set; } = "";

    /// <summary>Whether they may also consent to switches and hold them.</summary>
    public bool MayDecide { get; set; }
}
