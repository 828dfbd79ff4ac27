namespace GameDay.Actions;

/// <summary>A parameter of an action.</summary>
internal sealed record ActionParameter(string Name, ParameterType Type, string? Default = null)
{
    /// <summary>What a text may be; empty allows any.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];
}
