using System.Text;
using Resilience.Internal;

namespace Resilience.Sdk.Tests.Configuration.Schema;

/// <summary>Writes a catalog as a page: a table for each section, one for sections that have the same keys.</summary>
internal static class ReferencePage
{
    private const string Head =
        """
        # Configuration reference

        Every key, as the code reads it: this page and the `ConfigurationSchema.json` of the packages are written from the readers, and a test holds them to it. What the keys are for is in [configuration](configuration.md).

        `{name}` is a name of your choice, `{n}` a place in a list. "required" is a key without which the section is an error. Durations are `hours:minutes:seconds`, with days and a dot before and a fraction behind where needed. A dependency takes from `Defaults` what it does not say itself, and the defaults here are those of an empty `Defaults`. Where *or off* is allowed, `"off"` and an empty value switch it off. Rules that tie several keys together are told by the errors at start.

        """;

    public static string Of(ConfigurationNode root)
    {
        var page = new StringBuilder(Head);
        var sections = root.Descendants().Where(node => node.IsSection && node.Children.Exists(child => !child.IsSection)).GroupBy(Keys, StringComparer.Ordinal);
        foreach (var same in sections)
        {
            var section = same.First();
            page.Append("\n## ").AppendJoin(", ", same.Select(node => $"`{node.Path}`")).Append("\n\n");
            if (section.Meaning.Length > 0)
            {
                page.Append(section.Meaning).Append("\n\n");
            }

            page.Append(Keys(section));
        }

        return page.ToString();
    }

    private static string Keys(ConfigurationNode section)
    {
        var table = new StringBuilder("| key | type | default | range | meaning |\n|---|---|---|---|---|\n");
        foreach (var key in section.Children.Where(child => !child.IsSection))
        {
            table.Append("| `").Append(key.Name).Append("` | ").Append(Type(key.Read)).Append(" | ").Append(Default(key)).Append(" | ").Append(Range(key))
                .Append(" | ").Append(key.Meaning.Replace("|", "\\|", StringComparison.Ordinal)).Append(" |\n");
        }

        return table.ToString();
    }

    private static string Type(ConfigurationKey read) => read.Kind switch
    {
        ConfigurationKeyKind.Text => "text",
        ConfigurationKeyKind.Texts => "list of texts",
        ConfigurationKeyKind.Duration => "duration",
        ConfigurationKeyKind.Integer => "whole number",
        ConfigurationKeyKind.Number => "number",
        ConfigurationKeyKind.Boolean => "true or false",
        _ => "name",
    };

    /// <summary>Of keys that only some actions have, the meaning says for which they are required.</summary>
    private static string Default(ConfigurationNode key) =>
        key.Read.Default is { } value ? $"`{Text.Of(value)}`" : key.Read.IsRequired && key.Actions.Count == 0 ? "required" : key.Read.CanBeOff ? "`off`" : "–";

    private static string Range(ConfigurationNode key)
    {
        var read = key.Read;
        if (read.Names.Count > 0)
        {
            return string.Join(", ", read.Names.Select(name => $"`{name}`"));
        }

        return read is { Min: { } min, Max: { } max }
            ? $"{(key.MinIsExclusive ? "above " : "")}`{Text.Of(min)}` to `{Text.Of(max)}`{(read.CanBeOff ? ", or `off`" : "")}"
            : "–";
    }
}
