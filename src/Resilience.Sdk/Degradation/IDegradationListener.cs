namespace Resilience.Degradation;

/// <summary>Is told when an action answers in place of a dependency, on the call that it answers. Must neither fail nor wait.</summary>
internal interface IDegradationListener
{
    void Degraded(DegradationNote note);
}
