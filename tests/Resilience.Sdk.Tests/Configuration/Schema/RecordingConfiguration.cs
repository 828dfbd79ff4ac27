using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;
using Resilience.Internal;

namespace Resilience.Sdk.Tests.Configuration.Schema;

/// <summary>A configuration whose sections pass on what is read from them.</summary>
internal sealed class RecordingConfiguration(IConfiguration inner, Action<string, ConfigurationKey> read) : IConfiguration
{
    public string? this[string key]
    {
        get => inner[key];
        set => inner[key] = value;
    }

    public IConfigurationSection GetSection(string key) => new RecordingSection(inner.GetSection(key), read);

    public IEnumerable<IConfigurationSection> GetChildren() => inner.GetChildren().Select(child => new RecordingSection(child, read));

    public IChangeToken GetReloadToken() => inner.GetReloadToken();
}
