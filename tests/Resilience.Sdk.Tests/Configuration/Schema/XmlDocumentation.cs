using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Resilience.Sdk.Tests.Configuration.Schema;

/// <summary>What the code says of itself, as Markdown: the documentation files that the compiler writes beside the assemblies.</summary>
internal sealed partial class XmlDocumentation
{
    private readonly Dictionary<Assembly, Dictionary<string, XElement>> _members = [];

    /// <summary>What a type says of itself, without the path that it says it is read from.</summary>
    public string? OfType(Type type) => Find(type, $"T:{type.FullName}")?.Element("summary") is { } summary ? PathInBrackets().Replace(Flat(summary), "") : null;

    /// <summary>What a property means: its summary, or what the constructor of a record says of the parameter.</summary>
    public string? OfProperty(PropertyInfo property)
    {
        var type = property.DeclaringType!;
        var text = Find(type, $"P:{type.FullName}.{property.Name}")?.Element("summary")
            ?? Find(type, $"T:{type.FullName}")?.Elements("param").FirstOrDefault(param => (string?)param.Attribute("name") == property.Name);
        return text is null ? null : Flat(text);
    }

    /// <summary>The default and range of a property, in words.</summary>
    public string? OfValue(PropertyInfo property) =>
        Find(property.DeclaringType!, $"P:{property.DeclaringType!.FullName}.{property.Name}")?.Element("value") is { } value ? Flat(value) : null;

    private XElement? Find(Type type, string member)
    {
        if (!_members.TryGetValue(type.Assembly, out var members))
        {
            var file = Path.ChangeExtension(type.Assembly.Location, ".xml");
            members = File.Exists(file) ? XDocument.Load(file).Descendants("member").ToDictionary(one => (string)one.Attribute("name")!, StringComparer.Ordinal) : [];
            _members.Add(type.Assembly, members);
        }

        return members.GetValueOrDefault(member);
    }

    private static string Flat(XElement element)
    {
        var text = new StringBuilder();
        Append(element, text);
        return Spaces().Replace(text.ToString(), " ").Trim();
    }

    private static void Append(XElement element, StringBuilder text)
    {
        foreach (var node in element.Nodes())
        {
            switch (node)
            {
                case XText words:
                    text.Append(words.Value);
                    break;
                case XElement { Name.LocalName: "c" } code:
                    text.Append('`').Append(code.Value).Append('`');
                    break;
                case XElement { Name.LocalName: "see" or "paramref" or "typeparamref" } reference:
                    text.Append('`').Append(NameOf(reference)).Append('`');
                    break;
                case XElement other:
                    text.Append(' ');
                    Append(other, text);
                    break;
            }
        }
    }

    private static string NameOf(XElement reference)
    {
        var name = (string?)reference.Attribute("cref") ?? (string?)reference.Attribute("langword") ?? (string?)reference.Attribute("name") ?? reference.Value;
        name = name.Split('(')[0];
        return name[(name.LastIndexOfAny([':', '.']) + 1)..];
    }

    [GeneratedRegex(@" \(`[\w:{}]+`\)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PathInBrackets();

    [GeneratedRegex(@"\s+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Spaces();
}
