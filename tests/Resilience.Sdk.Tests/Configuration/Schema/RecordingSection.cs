using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;
using Resilience.Internal;

namespace Resilience.Sdk.Tests.Configuration.Schema;

/// <summary>A section that passes on what is read from it.</summary>
internal sealed class RecordingSection(IConfigurationSection inner, Action<string, ConfigurationKey> read) : IConfigurationSection, IConfigurationSchema
{
    public string Key => inner.Key;

    public string Path => inner.Path;

    public string? Value
    {
        get => inner.Value;
        set => inner.Value = value;
    }

    public string? this[string key]
    {
        get => inner[key];
        set => inner[key] = value;
    }

    public void OnRead(string? key, ConfigurationKey how) => read(key is null ? Path : $"{Path}:{key}", how);

    public IConfigurationSection GetSection(string key) => new RecordingSection(inner.GetSection(key), read);

    public IEnumerable<IConfigurationSection> GetChildren() => inner.GetChildren().Select(child => new RecordingSection(child, read));

    public IChangeToken GetReloadToken() => inner.GetReloadToken();
}
