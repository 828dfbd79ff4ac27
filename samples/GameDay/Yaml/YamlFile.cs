using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace GameDay.Yaml;

/// <summary>A YAML file of one document, read strictly.</summary>
internal static class YamlFile
{
    private const long MaxBytes = 256 * 1024;

    /// <summary>Reads a file; what nobody asked for in it is an error, and all errors are told at once.</summary>
    /// <exception cref="YamlFileException">Anything is wrong with it.</exception>
    public static T Read<T>(string file, Func<YamlSection, T> read)
    {
        var errors = new List<string>();
        T? value = default;
        try
        {
            if (new FileInfo(file) is { Exists: true, Length: > MaxBytes } large)
            {
                throw new YamlFileException(file, [$"it has {large.Length} bytes; at most {MaxBytes} are read"]);
            }

            using var text = File.OpenText(file);
            var yaml = new YamlStream();
            yaml.Load(text);
            if (yaml.Documents is not [{ RootNode: YamlMappingNode root }])
            {
                throw new YamlFileException(file, ["it must be one document of keys and values"]);
            }

            var section = new YamlSection(root, "", errors);
            value = read(section);
            section.ReportUnknown();
        }
        catch (YamlException e)
        {
            errors.Add($"line {e.Start.Line}: {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.Add(e.Message);
        }

        return errors.Count == 0 ? value! : throw new YamlFileException(file, errors);
    }
}
