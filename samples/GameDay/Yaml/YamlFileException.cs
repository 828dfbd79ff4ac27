namespace GameDay.Yaml;

/// <summary>Everything that is wrong with a file, a line each: where, what, what is allowed.</summary>
internal sealed class YamlFileException(string file, IReadOnlyList<string> errors)
    : Exception($"'{file}' cannot be used:\n{string.Join('\n', errors.Select(error => "  " + error))}")
{
    public IReadOnlyList<string> Errors { get; } = errors;
}
