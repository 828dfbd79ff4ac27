using System.Runtime.CompilerServices;
using Microsoft.FeatureManagement;
using Microsoft.FeatureManagement.FeatureFilters;

namespace Resilience.Degradation.Features;

/// <summary>
/// A feature manager for which features are off that an active episode disables. It answers before filters, variants and
/// sessions are asked: none of them can switch the feature on meanwhile, and no session remembers that it was off.
/// </summary>
/// <param name="inner">The manager that answers for all other features.</param>
/// <param name="variants">The same manager, as the one that knows variants.</param>
/// <param name="definitions">Where the variant of a disabled feature stands.</param>
/// <param name="degradation">Says what is disabled.</param>
internal sealed class FeatureOverlay(IFeatureManager inner, IVariantFeatureManager variants, IFeatureDefinitionProvider definitions, IDegradation degradation)
    : IFeatureManagerSnapshot, IVariantFeatureManagerSnapshot
{
    public IAsyncEnumerable<string> GetFeatureNamesAsync() => inner.GetFeatureNamesAsync();

    public IAsyncEnumerable<string> GetFeatureNamesAsync(CancellationToken cancellationToken = default) => variants.GetFeatureNamesAsync(cancellationToken);

    public Task<bool> IsEnabledAsync(string feature) => degradation.IsDisabled(feature) ? Task.FromResult(false) : inner.IsEnabledAsync(feature);

    public Task<bool> IsEnabledAsync<TContext>(string feature, TContext context) =>
        degradation.IsDisabled(feature) ? Task.FromResult(false) : inner.IsEnabledAsync(feature, context);

    public ValueTask<bool> IsEnabledAsync(string feature, CancellationToken cancellationToken = default) =>
        degradation.IsDisabled(feature) ? new(false) : variants.IsEnabledAsync(feature, cancellationToken);

    public ValueTask<bool> IsEnabledAsync<TContext>(string feature, TContext context, CancellationToken cancellationToken = default) =>
        degradation.IsDisabled(feature) ? new(false) : variants.IsEnabledAsync(feature, context, cancellationToken);

    public ValueTask<Variant> GetVariantAsync(string feature, CancellationToken cancellationToken = default) =>
        degradation.IsDisabled(feature) ? DisabledVariantAsync(feature) : variants.GetVariantAsync(feature, cancellationToken);

    public ValueTask<Variant> GetVariantAsync(string feature, ITargetingContext context, CancellationToken cancellationToken = default) =>
        degradation.IsDisabled(feature) ? DisabledVariantAsync(feature) : variants.GetVariantAsync(feature, context, cancellationToken);

    /// <summary>What the definition gives to everybody while the feature is disabled; null when it gives nothing.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Variant> DisabledVariantAsync(string feature)
    {
        var definition = await definitions.GetFeatureDefinitionAsync(feature);
        var variant = definition?.Allocation?.DefaultWhenDisabled is { } name ? definition.Variants?.FirstOrDefault(candidate => candidate.Name == name) : null;
        return variant is null ? null! : new Variant { Name = variant.Name, Configuration = variant.ConfigurationValue };
    }
}
