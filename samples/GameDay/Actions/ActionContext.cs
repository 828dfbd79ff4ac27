using GameDay.Deployment;
using GameDay.Timing;

namespace GameDay.Actions;

/// <summary>What an action works with.</summary>
internal sealed record ActionContext(PaymentSystem System, ActionArguments Arguments, RunClock Clock);
