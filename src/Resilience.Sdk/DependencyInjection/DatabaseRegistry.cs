using Microsoft.Extensions.Logging;
using Resilience.Evidence;
using Resilience.Internal;
using Resilience.Postgres;

namespace Resilience.DependencyInjection;

/// <summary>The databases of the application, by name. Makes each once, passes reloads on, stops them all.</summary>
internal sealed partial class DatabaseRegistry : IAsyncDisposable
{
    private readonly SettingsMonitor _settings;
    private readonly DrResilienceBuilder _builder;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger _logger;
    private readonly FailoverLog _failovers;
    private readonly Lock _lock = new();

    /// <summary>One at a time is made, outside <see cref="_lock"/>: it reads what an earlier run left on a disk that may hang, and who only lists the others must not wait for that.</summary>
    private readonly Lock _making = new();
    private readonly Dictionary<string, RegionalDataSource> _databases = new(StringComparer.Ordinal);
    private Action<RegionalDataSource>? _onEach;
    private bool _isDisposed;

    public DatabaseRegistry(SettingsMonitor settings, DrResilienceBuilder builder, TimeProvider time, ILoggerFactory loggers)
    {
        _settings = settings;
        _builder = builder;
        _time = time;
        _loggers = loggers;
        _logger = loggers.CreateLogger<RegionalDataSource>();
        _failovers = new FailoverLog(settings.Current.Journal.Path, time, _logger);
        CheckNames();
        _settings.Changed += OnChanged;
    }

    /// <summary>The databases in use: the configured ones, by name, and any that a reload has removed but that still runs.</summary>
    public IReadOnlyList<RegionalDataSource> All
    {
        get
        {
            var configured = _settings.Current.Databases.Select(database => Get(database.Key)).ToList();
            lock (_lock)
            {
                return [.. configured, .. _databases.Values.Except(configured)];
            }
        }
    }

    /// <summary>The databases that are in use already. Makes none.</summary>
    public IReadOnlyList<RegionalDataSource> Existing
    {
        get
        {
            lock (_lock)
            {
                return [.. _databases.Values];
            }
        }
    }

    /// <summary>Does something with each database, once, before anybody gets it; also with those that are made later.</summary>
    public void OnEach(Action<RegionalDataSource> action)
    {
        lock (_lock)
        {
            _onEach += action;
            foreach (var database in _databases.Values)
            {
                action(database);
            }
        }
    }

    /// <exception cref="InvalidOperationException">No database of that name is configured.</exception>
    public RegionalDataSource Get(string name)
    {
        if (Find(name) is { } known)
        {
            return known;
        }

        RegionalDataSource database;
        DrResilienceSettings settings;
        bool isTooLate;
        lock (_making)
        {
            if (Find(name) is { } made)
            {
                return made;
            }

            settings = _settings.Current;
            database = Create(name, settings);
            lock (_lock)
            {
                isTooLate = _isDisposed;
                if (!isTooLate)
                {
                    _databases.Add(name, database);
                    _onEach?.Invoke(database);
                }
            }
        }

        if (isTooLate)
        {
            database.Dispose();
            throw new ObjectDisposedException(nameof(DatabaseRegistry));
        }

        if (_settings.Current is var now && !ReferenceEquals(now, settings) && now.FindDatabase(name) is { } options)
        {
            // Changed while it was made, when it was in no list.
            _ = ReconfigureAsync(database, options);
        }

        return database;
    }

    /// <summary>The only database, for applications that have one and inject it without a name.</summary>
    /// <exception cref="InvalidOperationException">There is none, or more than one.</exception>
    public RegionalDataSource Single() => _settings.Current.Databases switch
    {
        [var only] => Get(only.Key),
        [] => throw new InvalidOperationException("No database is configured. Add DrResilience:Dependencies:{name}:Postgres."),
        var several => throw new InvalidOperationException(
            $"Several databases are configured ({string.Join(", ", several.Select(one => one.Key))}). Inject one by name: [FromKeyedServices(\"{several[0].Key}\")] RegionalDataSource."),
    };

    public async ValueTask DisposeAsync()
    {
        _settings.Changed -= OnChanged;
        List<RegionalDataSource> databases;
        lock (_lock)
        {
            _isDisposed = true;
            databases = [.. _databases.Values];
        }

        foreach (var database in databases)
        {
            await database.DisposeAsync();
        }
    }

    private RegionalDataSource? Find(string name)
    {
        lock (_lock)
        {
            return _databases.GetValueOrDefault(name);
        }
    }

    private RegionalDataSource Create(string name, DrResilienceSettings settings)
    {
        var options = settings.FindDatabase(name) ?? throw new InvalidOperationException(
            $"No database '{name}' is configured.{Known(name)} Add {DrResilienceSettingsReader.SectionName}:Dependencies:{name}:Postgres.");
        var clock = new MonotonicClock(_time);
        return new RegionalDataSource(
            name,
            settings.Region,
            options,
            new RegionSetContext(
                name,
                clock,
                () => new Random(),
                _builder.DataSources.GetValueOrDefault(name),
                new FailoverRecorder(name, clock, settings.Objectives.Rto, settings.Objectives.Rpo, _failovers),
                new TermMemory(name, settings.Journal.Path, _time, _logger),
                new SwitchHold(name, settings.Journal.Path, hasOthers: _builder.FleetStore is not null, clock, new Random(), _logger),
                _logger,
                _loggers)
            {
                Switchover = _builder.Switchovers.GetValueOrDefault(name),
            });
    }

    private void OnChanged(DrResilienceSettings settings)
    {
        List<RegionalDataSource> databases;
        lock (_lock)
        {
            databases = [.. _databases.Values];
        }

        foreach (var database in databases)
        {
            if (settings.FindDatabase(database.Name) is { } options)
            {
                _ = ReconfigureAsync(database, options);
            }
        }
    }

    private async Task ReconfigureAsync(RegionalDataSource database, PostgresOptions options)
    {
        try
        {
            await database.ReconfigureAsync(options);
        }
        catch (OperationCanceledException)
        {
            // The application stops.
        }
#pragma warning disable CA1031 // A reload must never take the application down.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFailed(_logger, exception, database.Name);
        }
    }

    private void CheckNames()
    {
        foreach (var (method, name) in _builder.DataSources.Keys.Select(name => (nameof(DrResilienceBuilder.ConfigureDataSource), name))
            .Concat(_builder.Switchovers.Keys.Select(name => (nameof(DrResilienceBuilder.AddSwitchover), name))))
        {
            if (_settings.Current.FindDatabase(name) is null)
            {
                throw new InvalidOperationException($"{method} names the database '{name}', which is not configured.{Known(name)}");
            }
        }
    }

    private string Known(string name)
    {
        var known = _settings.Current.Databases.Select(database => database.Key).ToList();
        var nearest = NearestName.Of(name, known);
        return known.Count == 0 ? "" : $" Configured: {string.Join(", ", known)}.{(nearest is null ? "" : $" Did you mean '{nearest}'?")}";
    }

    [LoggerMessage(1101, LogLevel.Error, "'{Dependency}': the changed configuration could not be applied; the last good one stays in use")]
    private static partial void LogFailed(ILogger logger, Exception exception, string dependency);
}
