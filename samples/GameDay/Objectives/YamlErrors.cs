using System.Globalization;

namespace GameDay.Objectives;

/// <summary>What is wrong with a file, so that it is told all at once.</summary>
internal sealed class YamlErrors(string path)
{
    private const int MostShown = 50;

    private readonly List<(long Line, string Message)> _errors = [];

    public void Add(long line, string message) => _errors.Add((line, message));

    /// <exception cref="InvalidDataException">There is an error.</exception>
    public void ThrowIfAny()
    {
        if (_errors.Count == 0)
        {
            return;
        }

        var lines = _errors.OrderBy(e => e.Line).Take(MostShown)
            .Select(e => string.Create(CultureInfo.InvariantCulture, $"{path}:{e.Line}: {e.Message}"));
        var more = _errors.Count > MostShown ? $"{Environment.NewLine}and {_errors.Count - MostShown} more" : "";
        throw new InvalidDataException(
            $"The objectives in '{path}' cannot be used.{Environment.NewLine}{string.Join(Environment.NewLine, lines)}{more}");
    }
}
