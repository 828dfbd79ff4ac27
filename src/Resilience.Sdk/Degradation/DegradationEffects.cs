using System.Collections.Immutable;
using Resilience.Degradation.Plan;

namespace Resilience.Degradation;

/// <summary>
/// What all active episodes together do to the application. Made anew from plan and episodes, never changed step by step:
/// two rules that disable one feature cannot undo each other, and a rule that a reload removes has no effect any more.
/// </summary>
/// <param name="DisabledFeatures">Features that are off.</param>
/// <param name="Level">The level of personalization that holds; the lowest of the active ones.</param>
/// <param name="Actions">Actions of the application's own and alerts that are in force.</param>
internal sealed record DegradationEffects(ImmutableHashSet<string> DisabledFeatures, string Level, ImmutableHashSet<ActiveAction> Actions)
{
    /// <param name="plan">The plan in use.</param>
    /// <param name="isActive">Whether the episode of a dependency is active.</param>
    public static DegradationEffects Of(DegradationPlan plan, Func<string, bool> isActive)
    {
        var features = ImmutableHashSet.CreateBuilder<string>(StringComparer.OrdinalIgnoreCase);
        var actions = ImmutableHashSet.CreateBuilder<ActiveAction>();
        var level = 0;
        foreach (var rule in plan.Rules.Values.Where(rule => isActive(rule.Dependency)))
        {
            foreach (var action in rule.Actions)
            {
                switch (action)
                {
                    case DisableFeatureAction disable:
                        features.Add(disable.Feature);
                        break;
                    case ReducePersonalizationAction reduce:
                        level = Math.Max(level, plan.Levels.IndexOf(reduce.Level));
                        break;
                    case AlertAction or CustomAction:
                        actions.Add(new ActiveAction(rule.Service, rule.Dependency, action));
                        break;
                }
            }
        }

        return new DegradationEffects(features.ToImmutable(), plan.Levels[level], actions.ToImmutable());
    }
}
