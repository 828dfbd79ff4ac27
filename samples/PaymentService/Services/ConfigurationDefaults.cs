using Microsoft.Extensions.Configuration.Memory;

namespace PaymentService.Services;

/// <summary>What this service is set to unless somebody says otherwise.</summary>
internal static class ConfigurationDefaults
{
    /// <summary>Adds settings that any other source overrides, because they are first in the list.</summary>
    public static void AddDefaults(this WebApplicationBuilder builder, IEnumerable<KeyValuePair<string, string?>> settings) =>
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = settings });
}
