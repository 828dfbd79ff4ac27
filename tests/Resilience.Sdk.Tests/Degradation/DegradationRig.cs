using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Resilience.Degradation;
using Resilience.Degradation.Alerts;
using Resilience.Degradation.Episodes;
using Resilience.Degradation.Fallbacks;
using Resilience.Degradation.Plan;
using Resilience.Internal;
using Resilience.Pipelines;
using Resilience.TestKit;

namespace Resilience.Sdk.Tests.Degradation;

/// <summary>Degradation with a clock, a plan and conditions of dependencies that a test sets.</summary>
internal sealed class DegradationRig : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public DegradationRig(params DegradationAction[] actions)
    {
        _services = new ServiceCollection().AddSingleton<IStaleStore>(new MemoryStaleStore(Time)).BuildServiceProvider();
        Plan = PlanOf(("search", "elasticsearch", actions));
        Dependencies = new DependencyRegistry(_ => new DependencyOptions(), Time, () => new Random(1));
        Degrader = new Degrader(
            Registry,
            _services,
            new FallbackRunner(_services, Dependencies, Time, () => new Random(1)),
            new EpisodeClock(new MonotonicClock(Time), () => Rules),
            [new Listener(Notes)],
            Time,
            new Random(1));
        Alerts = new AlertDispatcher([new Sink(Told)], new SoleHolder(), Time, new Random(1), NullLogger<AlertDispatcher>.Instance);
        Monitor = new EpisodeMonitor(Degrader, Registry, _services, () => Plan, name => Conditions.GetValueOrDefault(name), Alerts, NullLogger<EpisodeMonitor>.Instance);
    }

    public ManualTimeProvider Time { get; } = new();

    public EpisodeRules Rules { get; set; } = new() { Dwell = TimeSpan.FromSeconds(10), Ramp = TimeSpan.FromSeconds(20) };

    public DegradationRegistry Registry { get; } = new();

    public DependencyRegistry Dependencies { get; }

    public DegradationPlan Plan { get; set; }

    public Dictionary<string, DependencyCondition> Conditions { get; } = new(StringComparer.Ordinal);

    public Degrader Degrader { get; }

    public EpisodeMonitor Monitor { get; }

    public AlertDispatcher Alerts { get; }

    public List<DegradationNote> Notes { get; } = [];

    public ConcurrentQueue<AlertNotice> Told { get; } = new();

    public static DegradationPlan PlanOf(params (string Service, string Dependency, DegradationAction[] Actions)[] rules) => new(
        rules.ToImmutableDictionary(rule => rule.Service, rule => new DegradationRule(rule.Service, rule.Dependency, [.. rule.Actions])),
        DegradationPlanReader.DefaultLevels);

    /// <summary>Sets how the dependency is, and looks.</summary>
    public void Is(DependencyCondition condition, string dependency = "elasticsearch")
    {
        Conditions[dependency] = condition;
        Monitor.Tick();
    }

    /// <summary>Lets time pass, looking as often as the monitor's loop would.</summary>
    public void Pass(double seconds)
    {
        for (var passed = TimeSpan.Zero; passed < TimeSpan.FromSeconds(seconds); passed += EpisodeMonitor.Period)
        {
            Time.Advance(EpisodeMonitor.Period);
            Monitor.Tick();
        }
    }

    public async Task<string> SearchAsync(Func<ValueTask<string>> primary)
    {
        var outcome = await Degrader.ExecuteAsync("search", "q", (_, _) => primary());
        return outcome.HasValue ? outcome.Value : outcome.Kind.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        await Monitor.DisposeAsync();
        await Alerts.DisposeAsync();
        await _services.DisposeAsync();
    }

    private sealed class Listener(List<DegradationNote> notes) : IDegradationListener
    {
        public void Degraded(DegradationNote note) => notes.Add(note);
    }

    private sealed class Sink(ConcurrentQueue<AlertNotice> told) : IAlertSink
    {
        public string Name => "test";

        public Task SendAsync(AlertNotice alert, CancellationToken cancellationToken)
        {
            told.Enqueue(alert);
            return Task.CompletedTask;
        }
    }
}
