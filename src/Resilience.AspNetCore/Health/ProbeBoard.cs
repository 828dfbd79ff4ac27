using Microsoft.Extensions.Hosting;
using Resilience.DependencyInjection;
using Resilience.Health;
using Resilience.Health.Watchdog;

namespace Resilience.AspNetCore.Health;

/// <summary>
/// What the probes answer now. The watchdog's thread publishes it four times a second; whoever is asked reads it, which
/// costs the same whatever happens to dependencies and thread pool.
/// </summary>
internal sealed class ProbeBoard
{
    private readonly Lock _publishing = new();
    private readonly HealthInputs _inputs;
    private readonly ProcessWatch _process;
    private readonly SettingsMonitor _settings;
    private readonly DrainState _drain;
    private readonly IHostApplicationLifetime _lifetime;
    private ReadinessState _readiness = ReadinessState.Initial;
    private ProbeAnswers _answers = ProbeAnswers.First;

    public ProbeBoard(HealthInputs inputs, ProcessWatch process, SettingsMonitor settings, DrainState drain, IHostApplicationLifetime lifetime)
    {
        _inputs = inputs;
        _process = process;
        _settings = settings;
        _drain = drain;
        _lifetime = lifetime;
        _drain.Began += Publish;
    }

    /// <summary>Whether the application has mapped the probes at their own paths.</summary>
    public bool IsMapped { get; set; }

    public ProbeAnswers Answers => Volatile.Read(ref _answers);

    public ReadinessState Readiness => Volatile.Read(ref _readiness);

    public ProcessHealth Process => _process.Current;

    /// <summary>Measures the process, then publishes. The watchdog's thread only.</summary>
    public void Round()
    {
        _process.Look();
        Publish();
    }

    /// <summary>Decides anew from what is known.</summary>
    public void Publish()
    {
        lock (_publishing)
        {
            var readiness = ReadinessReducer.Apply(_readiness, _inputs.Read());
            Volatile.Write(ref _readiness, readiness);

            // Latched: whoever has started stays started.
            var started = _lifetime.ApplicationStarted.IsCancellationRequested || _answers.Startup == ProbeAnswers.Started;

            // A process that drains goes by itself; killing it would lose what it still serves.
            var dead = _process.Current.Dead.Length > 0 && !_drain.IsDraining;
            Volatile.Write(ref _answers, new ProbeAnswers(
                started ? ProbeAnswers.Started : ProbeAnswers.Starting,
                dead ? ProbeAnswers.Dead : ProbeAnswers.Alive,
                ProbeAnswers.Of(readiness.Readiness, _settings.Current.Health.KeepServing)));
        }
    }
}
