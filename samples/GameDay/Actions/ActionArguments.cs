using System.Globalization;
using GameDay.CommandLine;
using GameDay.Yaml;

namespace GameDay.Actions;

/// <summary>The target and the parameters of a step, checked when the file is read.</summary>
internal sealed class ActionArguments
{
    private const double MaxNumber = 1_000_000;

    private readonly Dictionary<string, object> _values = new(StringComparer.Ordinal);

    public string Target { get; private init; } = "";

    public static ActionArguments Read(ActionKind kind, YamlSection step)
    {
        var target = kind.Targets.Count == 0 ? "" : step.OneOf("target", kind.Targets);
        if (target is null && step.Text("target") is null)
        {
            step.Error("target", $"is missing; {kind.Name} needs one of {string.Join(", ", kind.Targets)}");
        }

        var arguments = new ActionArguments { Target = target ?? "" };
        foreach (var parameter in kind.Parameters)
        {
            object? value = parameter.Type switch
            {
                ParameterType.Number => step.Number(parameter.Name, -MaxNumber, MaxNumber),
                ParameterType.Share => step.Share(parameter.Name),
                ParameterType.Duration => step.Duration(parameter.Name),
                _ => parameter.Choices.Count > 0 ? step.OneOf(parameter.Name, parameter.Choices) : step.Text(parameter.Name),
            };
            if (value is 0d && parameter.Type == ParameterType.Share)
            {
                step.Error(parameter.Name, "is 0; a fault that hits nobody proves nothing");
            }

            if ((value ?? Standard(parameter)) is { } known)
            {
                arguments._values[parameter.Name] = known;
            }
        }

        return arguments;
    }

    public string? Text(string name) => (string?)_values.GetValueOrDefault(name);

    public double? Number(string name) => (double?)_values.GetValueOrDefault(name);

    public TimeSpan? Duration(string name) => (TimeSpan?)_values.GetValueOrDefault(name);

    /// <summary>For timelines and people.</summary>
    public string Describe(ActionKind kind)
    {
        var details = _values.Select(value => string.Create(CultureInfo.InvariantCulture, $"{value.Key} {Written(value.Value)}"));
        return string.Join(' ', new[] { kind.Name, Target }.Concat(details).Where(part => part.Length > 0));
    }

    private static string Written(object value) =>
        value is TimeSpan time ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###}s") : Convert.ToString(value, CultureInfo.InvariantCulture)!;

    private static object? Standard(ActionParameter parameter) => parameter switch
    {
        { Default: null } => null,
        { Type: ParameterType.Text } => parameter.Default,
        { Type: ParameterType.Duration } => DurationArgument.TryParse(parameter.Default, out var duration) ? duration : null,
        _ => double.Parse(parameter.Default, CultureInfo.InvariantCulture),
    };
}
