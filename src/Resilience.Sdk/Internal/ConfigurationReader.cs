using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Resilience.Internal;

/// <summary>
/// Reads typed values from a configuration section and gathers everything that is wrong instead of stopping at the
/// first. A key that no reader asked for is unknown, so the code that reads a section is also its schema.
/// The standard binder is not used because it throws at the first bad value and does not say what would be allowed.
/// </summary>
internal sealed class ConfigurationReader(IConfigurationSection section, ICollection<ConfigurationError> errors)
{
    private static readonly TimeSpan ExampleDuration = TimeSpan.FromMinutes(15);

    private readonly List<string> _known = [];

    /// <summary>Told what is read when the schema is written; null otherwise.</summary>
    private readonly IConfigurationSchema? _schema = section as IConfigurationSchema;

    public string Path => section.Path;

    public ICollection<ConfigurationError> Errors => errors;

    public void Report(string? key, string? value, string message) =>
        errors.Add(new ConfigurationError(key is null ? section.Path : $"{section.Path}:{key}", value, message));

    public string? Text(string key)
    {
        _schema?.OnRead(key, new(ConfigurationKeyKind.Text));
        Know(key);
        var child = section.GetSection(key);
        if (child.Value is null && child.GetChildren().Any())
        {
            Report(key, null, "is a section, but a single value is expected.");
        }

        return child.Value;
    }

    /// <summary>A text that must be there.</summary>
    public string? Required(string key)
    {
        _schema?.OnRead(key, new(ConfigurationKeyKind.Text) { IsRequired = true });
        var before = errors.Count;
        var text = Text(key);
        if (string.IsNullOrWhiteSpace(text))
        {
            if (errors.Count == before)
            {
                Report(key, null, "is missing.");
            }

            return null;
        }

        return text;
    }

    /// <summary>A name that nobody knows.</summary>
    /// <param name="key">Where it stands.</param>
    /// <param name="value">The name.</param>
    /// <param name="known">The names there are.</param>
    /// <param name="wayOut">What to do besides mending a typo; may be empty.</param>
    public void ReportUnknown(string key, string value, IReadOnlyCollection<string> known, string wayOut) => Report(
        key,
        value,
        $"is not known. {(known.Count == 0 ? "There is none yet." : $"Known: {string.Join(", ", known.Order(StringComparer.Ordinal))}.")}{DidYouMean(value, known)}{(wayOut.Length == 0 ? "" : " " + wayOut)}");

    /// <summary>Every value below that no reader has asked for, with its key. They are known from then on.</summary>
    public IEnumerable<KeyValuePair<string, string>> Rest()
    {
        _schema?.OnRead(null, new(ConfigurationKeyKind.Open));
        var rest = section.GetChildren().Where(child => !_known.Contains(child.Key, StringComparer.OrdinalIgnoreCase)).ToList();
        rest.ForEach(child => Know(child.Key));
        return rest.Where(child => child.Value is not null).Select(child => KeyValuePair.Create(child.Key, child.Value!));
    }

    /// <summary>A duration.</summary>
    /// <param name="key">The key.</param>
    /// <param name="fallback">The value when the key is absent.</param>
    /// <param name="min">The shortest.</param>
    /// <param name="max">The longest.</param>
    /// <param name="wayOut">What to do instead of going beyond; may be empty.</param>
    public TimeSpan Duration(string key, TimeSpan fallback, TimeSpan min, TimeSpan max, string wayOut = "")
    {
        _schema?.OnRead(key, new(ConfigurationKeyKind.Duration) { Default = fallback, Min = min, Max = max });
        if (Text(key) is not { } text)
        {
            return fallback;
        }

        // TimeSpan reads a bare number as days, and 24:00:00 too, which nobody means. Days have a dot behind them.
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || !TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var value) || (value.Days != 0 && !text.AsSpan(0, colon).Contains('.')))
        {
            Report(key, text, $"is not a duration. Write hours:minutes:seconds, for example '{fallback:c}'.");
            return fallback;
        }

        if (value < min || value > max)
        {
            Report(key, text, $"is out of range. Allowed is '{min:c}' to '{max:c}'.{(wayOut.Length == 0 ? "" : " " + wayOut)}");
            return fallback;
        }

        return value;
    }

    /// <summary>A duration that there may be none of.</summary>
    public TimeSpan? Duration(string key, TimeSpan? fallback, TimeSpan min, TimeSpan max)
    {
        _schema?.OnRead(key, new(ConfigurationKeyKind.Duration) { Default = fallback, Min = min, Max = max });
        return Text(key) is null ? fallback : Duration(key, fallback ?? ExampleDuration, min, max);
    }

    public int Integer(string key, int fallback, int min, int max)
    {
        _schema?.OnRead(key, new(ConfigurationKeyKind.Integer) { Default = fallback, Min = min, Max = max });
        if (Text(key) is not { } text)
        {
            return fallback;
        }

        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max)
        {
            return value;
        }

        Report(key, text, $"is not a whole number from {min} to {max}.");
        return fallback;
    }

    /// <summary>A whole number that there may be none of.</summary>
    public int? Integer(string key, int? fallback, int min, int max)
    {
        _schema?.OnRead(key, new(ConfigurationKeyKind.Integer) { Default = fallback, Min = min, Max = max });
        return Text(key) is null ? fallback : Integer(key, fallback ?? min, min, max);
    }

    /// <summary>A duration that can be switched off with "off" or an empty value.</summary>
    /// <param name="key">The key.</param>
    /// <param name="fallback">The value when the key is absent; null for off.</param>
    /// <param name="min">The shortest.</param>
    /// <param name="max">The longest.</param>
    /// <param name="wayOut">What to do instead of going beyond; may be empty.</param>
    public TimeSpan? OptionalDuration(string key, TimeSpan? fallback, TimeSpan min, TimeSpan max, string wayOut = "")
    {
        _schema?.OnRead(key, new(ConfigurationKeyKind.Duration) { Default = fallback, Min = min, Max = max, CanBeOff = true });
        return Text(key) switch
        {
            null => fallback,
            "" or "off" or "Off" => null,
            _ => Duration(key, fallback ?? TimeSpan.FromSeconds(1), min, max, wayOut),
        };
    }

    public bool Boolean(string key, bool fallback)
    {
        _schema?.OnRead(key, new(ConfigurationKeyKind.Boolean) { Default = fallback });
        if (Text(key) is not { } text)
        {
            return fallback;
        }

        if (bool.TryParse(text, out var value))
        {
            return value;
        }

        Report(key, text, "is neither true nor false.");
        return fallback;
    }

    public double Number(string key, double fallback, double min, double max)
    {
        _schema?.OnRead(key, new(ConfigurationKeyKind.Number) { Default = fallback, Min = min, Max = max });
        if (Text(key) is not { } text)
        {
            return fallback;
        }

        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max)
        {
            return value;
        }

        Report(key, text, string.Create(CultureInfo.InvariantCulture, $"is not a number from {min} to {max}."));
        return fallback;
    }

    /// <summary>A number that can be switched off with "off" or an empty value.</summary>
    public double? OptionalNumber(string key, double? fallback, double min, double max)
    {
        _schema?.OnRead(key, new(ConfigurationKeyKind.Number) { Default = fallback, Min = min, Max = max, CanBeOff = true });
        return Text(key) switch
        {
            null => fallback,
            "" or "off" or "Off" => null,
            _ => Number(key, fallback ?? max, min, max),
        };
    }

    /// <summary>One of an enum's names.</summary>
    /// <param name="key">The key.</param>
    /// <param name="fallback">The value when the key is absent.</param>
    public TEnum Choice<TEnum>(string key, TEnum fallback)
        where TEnum : struct, Enum
    {
        _schema?.OnRead(key, new(ConfigurationKeyKind.Choice) { Default = fallback, Names = Enum.GetNames<TEnum>() });
        if (Text(key) is not { } text)
        {
            return fallback;
        }

        var names = Enum.GetNames<TEnum>();
        if (names.FirstOrDefault(name => string.Equals(name, text, StringComparison.OrdinalIgnoreCase)) is { } match)
        {
            return Enum.Parse<TEnum>(match);
        }

        Report(key, text, $"is not known. Allowed: {string.Join(", ", names)}.{DidYouMean(text, names)}");
        return fallback;
    }

    /// <summary>One of an enum's names, or null when the key is absent.</summary>
    public TEnum? Choice<TEnum>(string key)
        where TEnum : struct, Enum
    {
        _schema?.OnRead(key, new(ConfigurationKeyKind.Choice) { Names = Enum.GetNames<TEnum>() });
        return Text(key) is null ? null : Choice(key, default(TEnum));
    }

    /// <summary>The section under a key, or null when it is absent.</summary>
    public ConfigurationReader? Section(string key)
    {
        _schema?.OnRead(key, new(ConfigurationKeyKind.Section));
        Know(key);
        var child = section.GetSection(key);
        if (!child.Exists())
        {
            return null;
        }

        if (!string.IsNullOrEmpty(child.Value))
        {
            // Not repeated: a whole connection string is what is put here most often.
            Report(key, null, "is a single value, but a section with keys is expected.");
            return null;
        }

        return new ConfigurationReader(child, errors);
    }

    /// <summary>The named (or, in a list, numbered) sections below a key, in the order of the configuration.</summary>
    public IReadOnlyList<KeyValuePair<string, ConfigurationReader>> Children(string key) => Section(key)?.Children() ?? [];

    /// <summary>The named sections of this one.</summary>
    public IReadOnlyList<KeyValuePair<string, ConfigurationReader>> Children()
    {
        _schema?.OnRead(null, new(ConfigurationKeyKind.Sections));
        var children = new List<KeyValuePair<string, ConfigurationReader>>();
        foreach (var child in section.GetChildren())
        {
            if (string.IsNullOrEmpty(child.Value))
            {
                // An empty section counts: it was written down, and whoever reads it says what is missing.
                Know(child.Key);
                children.Add(new(child.Key, new ConfigurationReader(child, errors)));
            }
            else
            {
                Section(child.Key);
            }
        }

        return children;
    }

    /// <summary>The values of a list, each with its key, in the order of the configuration.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Texts(string key)
    {
        _schema?.OnRead(key, new(ConfigurationKeyKind.Texts));
        var texts = new List<KeyValuePair<string, string>>();
        if (Section(key) is { } parent)
        {
            foreach (var child in section.GetSection(key).GetChildren())
            {
                if (parent.Text(child.Key) is { } text)
                {
                    texts.Add(new(child.Key, text));
                }
            }
        }

        return texts;
    }

    /// <summary>Reports every key that was not asked for. Called last.</summary>
    public void RejectUnknownKeys()
    {
        foreach (var child in section.GetChildren())
        {
            if (!_known.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
            {
                // The value is not repeated: under an unknown key it may be anything, a secret included.
                Report(child.Key, null, $"is not a known key. Known here: {string.Join(", ", _known)}.{DidYouMean(child.Key, _known)}");
            }
        }
    }

    private void Know(string key)
    {
        if (!_known.Contains(key, StringComparer.OrdinalIgnoreCase))
        {
            _known.Add(key);
        }
    }

    private static string DidYouMean(string text, IEnumerable<string> known) =>
        NearestName.Of(text, known) is { } nearest ? $" Did you mean '{nearest}'?" : "";
}
