using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Resilience.Degradation;
using Resilience.Degradation.Fallbacks;
using Resilience.Fleet;
using Resilience.Postgres;
using Resilience.Postgres.Tail;
using Resilience.Queueing;

namespace Resilience.DependencyInjection;

/// <summary>Adds to the SDK what configuration cannot hold. Used while the application is built, by one thread.</summary>
public sealed class DrResilienceBuilder
{
    private const string NeedsReflection = "JSON is written by reflection. Applications that are trimmed or compiled ahead of time pass the JsonTypeInfo of a source-generated context.";

    internal DrResilienceBuilder(IServiceCollection services) => Services = services;

    /// <summary>The services of the application being built.</summary>
    internal IServiceCollection Services { get; }

    internal DegradationRegistry Degradation { get; } = new();

    internal Dictionary<string, IQueueDefinition> Queues { get; } = new(StringComparer.Ordinal);

    internal OperationCatalog Operations { get; } = new();

    internal Dictionary<string, Action<string, NpgsqlDataSourceBuilder>> DataSources { get; } = new(StringComparer.Ordinal);

    internal Dictionary<string, Func<SwitchoverRequest, CancellationToken, Task>> Switchovers { get; } = new(StringComparer.Ordinal);

    internal Dictionary<string, Func<Exception, bool>> Handled { get; } = new(StringComparer.Ordinal);

    /// <summary>Where the replicas of the service share decisions; null when each process decides for itself.</summary>
    internal Func<IServiceProvider, IFleetStore>? FleetStore { get; set; }

    /// <summary>
    /// Changes how the data sources of a database are built: type mappings, a password or token provider, TLS callbacks.
    /// </summary>
    /// <param name="dependency">The database's name in the configuration.</param>
    /// <param name="configure">Called with the region's name for each data source that is built: pool, monitor, changed configurations, failback. It must bear repetition.</param>
    /// <returns>This builder.</returns>
    public DrResilienceBuilder ConfigureDataSource(string dependency, Action<string, NpgsqlDataSourceBuilder> configure)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(dependency);
        ArgumentNullException.ThrowIfNull(configure);
        DataSources[dependency] = DataSources.TryGetValue(dependency, out var before) ? before + configure : configure;
        return this;
    }

    /// <summary>
    /// Registers what moves the writes of a database to another region, as planned: with the database's own tool, for example Aurora's
    /// <c>SwitchoverGlobalCluster</c>. Called when <c>Postgres:Failback:Mode</c> is <c>Auto</c> and the preferred region has been well for
    /// long enough; the SDK promotes nothing itself, it follows.
    /// </summary>
    /// <param name="dependency">The database's name in the configuration.</param>
    /// <param name="switchover">
    /// Moves the writes without losing any, and returns when they have moved. What it throws is logged, and it is called again when the
    /// preferred region has been well for twice as long. It must leave the present writer writable when it fails. It is cancelled
    /// when the application stops.
    /// </param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The database has one.</exception>
    /// <remarks>
    /// One replica at a time calls it: the one that holds an advisory lock in the writer. Should that connection break while it runs,
    /// another replica may call it too, so it must bear that: ask with the epoch of the request whether the move is still to be made.
    /// </remarks>
    public DrResilienceBuilder AddSwitchover(string dependency, Func<SwitchoverRequest, CancellationToken, Task> switchover)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(dependency);
        ArgumentNullException.ThrowIfNull(switchover);
        return Switchovers.TryAdd(dependency, switchover) ? this : throw new ArgumentException($"'{dependency}' has a switchover already.", nameof(dependency));
    }

    /// <summary>
    /// Says which exceptions of calls to a dependency are its failures. All others are its answers: they reach the caller at once, are not
    /// repeated, and count as successes for breaker and bulkhead, as an HTTP 404 does. Without it every exception is a failure.
    /// </summary>
    /// <param name="dependency">The dependency's name, for HTTP the one of its client too.</param>
    /// <param name="shouldHandle">
    /// True for a failure. Called by any thread after each attempt that threw, but not for the caller's own cancellation, time-outs of the
    /// pipeline, and rejections by it or by one inside. When it throws, the exception is a failure.
    /// </param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The dependency has one.</exception>
    public DrResilienceBuilder ShouldHandle(string dependency, Func<Exception, bool> shouldHandle)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(dependency);
        ArgumentNullException.ThrowIfNull(shouldHandle);
        return Handled.TryAdd(dependency, shouldHandle) ? this : throw new ArgumentException($"It has been said already which exceptions of '{dependency}' are failures.", nameof(dependency));
    }

    /// <summary>Adds a fallback that configuration can name (<c>action: fallback</c>, <c>use: name</c>).</summary>
    /// <typeparam name="TRequest">What is asked, as in <see cref="IDegradation.ExecuteAsync"/>.</typeparam>
    /// <typeparam name="TResult">What is answered.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="answer">Answers in place of the dependency. What it throws is noted, and the next action is tried.</param>
    /// <param name="options">How far it may go; the defaults when null.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">There is one of that name, or the options cannot be used.</exception>
    public DrResilienceBuilder AddFallback<TRequest, TResult>(
        string name, Func<IServiceProvider, TRequest, CancellationToken, ValueTask<FallbackAnswer<TResult>>> answer, FallbackOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(answer);
        Degradation.Add(new Fallback<TRequest, TResult>(name, options ?? new FallbackOptions(), answer));
        return this;
    }

    /// <summary>
    /// Adds a fallback that answers what the dependency answered last, from the application's
    /// <see cref="IStaleStore"/>: this process's memory unless another one is registered.
    /// </summary>
    /// <typeparam name="TRequest">What is asked.</typeparam>
    /// <typeparam name="TResult">What is answered.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="key">What tells one question from another.</param>
    /// <param name="options">How far it may go; set <see cref="FallbackOptions.MaxStaleness"/>.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">There is one of that name, or the options cannot be used.</exception>
    public DrResilienceBuilder AddStaleCache<TRequest, TResult>(string name, Func<TRequest, string> key, FallbackOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(key);
        Degradation.Add(StaleCache.Create<TRequest, TResult>(name, key, options ?? new FallbackOptions()));
        return this;
    }

    /// <summary>Makes a feature known that is not under <c>FeatureManagement</c>, so that configuration can disable it.</summary>
    /// <param name="name">The feature; ask for it with <see cref="IDegradation.IsDisabled"/>.</param>
    /// <returns>This builder.</returns>
    public DrResilienceBuilder AddFeature(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Degradation.Catalog.Features.Add(name);
        return this;
    }

    /// <summary>Adds an action of the application's own, done when an episode begins and again when it ends.</summary>
    /// <param name="name">Its name in the configuration. Further keys there are passed on as its settings.</param>
    /// <param name="action">Does it. What it throws is logged and stops nothing else.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">There is one of that name.</exception>
    public DrResilienceBuilder AddAction(string name, Func<IServiceProvider, EpisodeNotice, CancellationToken, ValueTask> action)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(action);
        Degradation.Add(name, action);
        return this;
    }

    /// <summary>
    /// Adds a queue that <c>queue_for_retry</c> of a service can use: requests are promised, kept in journal and database, and
    /// carried out by the handler when the dependency is back.
    /// </summary>
    /// <typeparam name="TRequest">What is queued, as in <see cref="IDegradation.ExecuteAsync"/>; written as JSON.</typeparam>
    /// <typeparam name="THandler">Carries requests out; made from the container for each.</typeparam>
    /// <param name="service">The service, as in <c>degradation_config</c>.</param>
    /// <param name="key">A request's idempotency key, 1 to 255 characters. The same key with the same request is one request.</param>
    /// <param name="orderKey">What requests share that must run one after the other; null when none do.</param>
    /// <param name="json">How requests are written; JSON for the web when null.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The service has a queue.</exception>
    /// <remarks>Settings are under <c>DrResilience:Queues:{service}</c> and <c>DrResilience:Journal</c>. What is promised is in a
    /// fsynced journal or committed in the database, replicas included where replication is synchronous, before the call returns.</remarks>
    [RequiresUnreferencedCode(NeedsReflection)]
    [RequiresDynamicCode(NeedsReflection)]
    public DrResilienceBuilder AddQueue<TRequest, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(
        string service, Func<TRequest, string> key, Func<TRequest, string?>? orderKey = null, JsonSerializerOptions? json = null)
        where THandler : class, IQueueHandler<TRequest> =>
        AddQueue<TRequest, THandler>(service, (JsonTypeInfo<TRequest>)(json ?? JsonSerializerOptions.Web).GetTypeInfo(typeof(TRequest)), key, orderKey);

    /// <summary>
    /// Adds a queue as <see cref="AddQueue{TRequest, THandler}(string, Func{TRequest, string}, Func{TRequest, string?}?, JsonSerializerOptions?)"/>
    /// does, without reflection: for applications that are trimmed or compiled ahead of time.
    /// </summary>
    /// <typeparam name="TRequest">What is queued, as in <see cref="IDegradation.ExecuteAsync"/>; written as JSON.</typeparam>
    /// <typeparam name="THandler">Carries requests out; made from the container for each.</typeparam>
    /// <param name="service">The service, as in <c>degradation_config</c>.</param>
    /// <param name="json">How requests are written, from a source-generated context.</param>
    /// <param name="key">A request's idempotency key, 1 to 255 characters. The same key with the same request is one request.</param>
    /// <param name="orderKey">What requests share that must run one after the other; null when none do.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The service has a queue.</exception>
    public DrResilienceBuilder AddQueue<TRequest, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler>(
        string service, JsonTypeInfo<TRequest> json, Func<TRequest, string> key, Func<TRequest, string?>? orderKey = null)
        where THandler : class, IQueueHandler<TRequest>
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(service);
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(key);
        if (!Degradation.Catalog.Queues.Add(service))
        {
            throw new ArgumentException($"'{service}' has a queue already.", nameof(service));
        }

        Queues.Add(service, new QueueDefinition<TRequest, THandler>(service, key, orderKey, json));
        Degradation.Queues.Add(service, services => services.GetRequiredService<QueueHost>().Queue(service));
        return this;
    }

    /// <summary>
    /// Adds a kind of write that <see cref="RegionalDataSource.ExecuteAsync(string, IReplayableOperation, CancellationToken)"/> keeps in
    /// the journal until the other regions have it.
    /// </summary>
    /// <typeparam name="TOperation">The write, as data; written as JSON.</typeparam>
    /// <param name="name">Its name in the journal. It outlives the process: keep it when the type is renamed.</param>
    /// <param name="json">How it is written; JSON for the web when null.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The name or the type is added already.</exception>
    /// <remarks>The journal is <c>operations</c> in <c>DrResilience:Journal:Path</c>; <c>DrResilience:Journal</c> has its limits. The folder must be
    /// usable and belongs to one process; otherwise the host does not start.</remarks>
    [RequiresUnreferencedCode(NeedsReflection)]
    [RequiresDynamicCode(NeedsReflection)]
    public DrResilienceBuilder AddOperation<TOperation>(string name, JsonSerializerOptions? json = null)
        where TOperation : class, IReplayableOperation =>
        AddOperation(name, (JsonTypeInfo<TOperation>)(json ?? JsonSerializerOptions.Web).GetTypeInfo(typeof(TOperation)));

    /// <summary>
    /// Adds a kind of write as <see cref="AddOperation{TOperation}(string, JsonSerializerOptions?)"/> does, without reflection: for
    /// applications that are trimmed or compiled ahead of time.
    /// </summary>
    /// <typeparam name="TOperation">The write, as data; written as JSON.</typeparam>
    /// <param name="name">Its name in the journal. It outlives the process: keep it when the type is renamed.</param>
    /// <param name="json">How it is written, from a source-generated context.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The name or the type is added already.</exception>
    public DrResilienceBuilder AddOperation<TOperation>(string name, JsonTypeInfo<TOperation> json)
        where TOperation : class, IReplayableOperation
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(json);
        Operations.Add(name, json);
        return this;
    }
}
