using Microsoft.Extensions.Logging;
using Resilience.Internal;
using Resilience.Regions;

namespace Resilience.Postgres;

/// <summary>
/// Who holds all switches of one database: the one truth that every region set follows, whatever its configuration. Kept in a file
/// beside the highest term, so that a restart releases nothing. Thread-safe.
/// </summary>
internal sealed partial class SwitchHold : IAsyncDisposable
{
    /// <summary>However the others fare: a process that has started so long ago goes on without having heard them.</summary>
    public static readonly TimeSpan LongestUnasked = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMilliseconds(250);

    private readonly string _dependency;
    private readonly bool _hasOthers;
    private readonly MonotonicClock _clock;
    private readonly TimeSpan _madeAt;
    private readonly Random _random;
    private readonly ILogger _logger;
    private readonly DurableNote<HoldNote> _note;
    private readonly Lock _lock = new();
    private HoldState _state;
    private Func<CancellationToken, Task<bool>>? _share;

    /// <param name="dependency">Whose it is.</param>
    /// <param name="folder">Where the file is kept; null keeps nothing.</param>
    /// <param name="hasOthers">Whether other replicas are told of it and heard (<see cref="ShareBy"/>).</param>
    /// <param name="clock">The clock.</param>
    /// <param name="random">Makes the eras of records.</param>
    /// <param name="logger">For a file that cannot be read or written.</param>
    public SwitchHold(string dependency, string? folder, bool hasOthers, MonotonicClock clock, Random random, ILogger logger)
    {
        _dependency = dependency;
        _hasOthers = hasOthers;
        _clock = clock;
        _madeAt = clock.Now;
        _random = random;
        _logger = logger;
        _note = new DurableNote<HoldNote>(
            folder is null ? null : Path.Combine(folder, $"hold-{Uri.EscapeDataString(dependency)}.json"), PostgresNotes.Default.HoldNote, clock.Time)
        {
            OnNotWritten = (path, reason) => LogNotWritten(_logger, _dependency, path, reason),
            OnNotRead = (path, reason) => LogNotRead(_logger, _dependency, path, reason),
        };
        var kept = _note.Read();
        _state = new HoldState(kept?.Shared ?? HoldDecision.None) { Own = kept?.Untold, IsUnasked = hasOthers };
    }

    public HoldState State
    {
        get
        {
            lock (_lock)
            {
                return _state.IsUnasked && _clock.Now - _madeAt >= LongestUnasked ? _state with { IsUnasked = false } : _state;
            }
        }
    }

    /// <summary>Who holds; null when nobody does.</summary>
    public string? Principal => State.Principal;

    /// <summary>From now on decisions are told to the other replicas.</summary>
    /// <param name="share">Tells them of all that is undecided; true when they have been told, or have said something else.</param>
    public void ShareBy(Func<CancellationToken, Task<bool>> share) => Volatile.Write(ref _share, share);

    /// <summary>Takes note of a decision. A hold counts from here on; a release counts when it has been <see cref="SettleAsync">settled</see>.</summary>
    /// <param name="principal">Who holds; null releases.</param>
    /// <param name="seen">Of a release: the hold that is meant, which need not be known here yet; null means whichever holds here.</param>
    /// <returns>The decision, for <see cref="SettleAsync"/>.</returns>
    public HoldDecision Decide(string? principal, (string By, DateTimeOffset Since)? seen = null)
    {
        var own = new HoldDecision(0, 0, principal, _clock.Time.GetUtcNow()) { EndedHolder = seen?.By, EndedAt = seen?.Since };
        lock (_lock)
        {
            _ = Change(state => state.With(own));
            if (!_hasOthers && _state.Merge(_state.Shared.Version > 0 ? _state.Shared : null, NewEra(), mayBeLost: true) is { } merged)
            {
                _ = Change(state => state.After(merged, state.Own));
            }

            return _state.Own is { } untold && untold.Principal is null == principal is null ? untold : own;
        }
    }

    /// <summary>
    /// Tells the others, and waits until it is on the disk. When they cannot be told, it counts in this replica and they are told later;
    /// a disk that takes too long is told of in the log.
    /// </summary>
    /// <returns>Whether it counts in all replicas.</returns>
    /// <exception cref="InvalidOperationException">A release came too late: somebody has decided since.</exception>
    public async Task<bool> SettleAsync(HoldDecision own, CancellationToken cancellationToken)
    {
        if (!_hasOthers)
        {
            await KeptAsync(_note.Written);
            ThrowIfTooLate(own);
            return true;
        }

        bool told;
        try
        {
            told = await TellAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Who went away has not been answered: a hold stays, and nothing is released that the others were not asked about.
            _ = Change(state => ReferenceEquals(state.Own, own) && own.Principal is null && !state.ActsAlone ? state with { Own = null } : state);
            throw;
        }

        await KeptAsync(Change(state => ReferenceEquals(state.Own, own) ? state with { ActsAlone = true } : state));

        ThrowIfTooLate(own);
        return told;
    }

    /// <summary>What has to stand in the record of all replicas, and the own decision that is in it.</summary>
    /// <param name="stored">What stands there; null when nothing does.</param>
    /// <param name="mayBeLost">Whether what stood there may just have been lost.</param>
    /// <returns>Null when nothing may be said yet.</returns>
    public (HoldDecision? Merged, HoldDecision? Own) Merge(HoldDecision? stored, bool mayBeLost)
    {
        var state = State;
        return (state.Merge(stored, NewEra(), mayBeLost), state.Own);
    }

    /// <summary>Takes over what stands in the record of all replicas now.</summary>
    public void Adopt(HoldDecision merged, HoldDecision? told) => _ = Change(state => state.After(merged, told));

    /// <summary>The others cannot be asked; the last that is known counts.</summary>
    public void GoOnAlone() => _ = Change(state => state with { IsUnasked = false });

    public ValueTask DisposeAsync() => _note.DisposeAsync();

    /// <summary>A hold that was made here since the release is no reason: it was made by somebody who saw that nobody held.</summary>
    private void ThrowIfTooLate(HoldDecision own)
    {
        if (own.Principal is null && State is { Principal: { } holder, HeldSince: { } since } state && !(state.Own is { Principal: not null } hold && hold.At > own.At))
        {
            throw new InvalidOperationException($"'{holder}' has decided at {since:u} that all switches of '{_dependency}' are held, and the release is not of that. Look again, and release that.");
        }
    }

    /// <summary>Again and again while there is time: one round that fails says little.</summary>
    private async Task<bool> TellAsync(CancellationToken cancellationToken)
    {
        var deadline = Deadline.In(Patience, _clock);
        try
        {
            while (deadline.Remaining is var left && left > TimeSpan.Zero)
            {
                if (Volatile.Read(ref _share) is not { } share)
                {
                    return false;
                }

                if (await share(cancellationToken).WaitAsync(left, _clock.Time, cancellationToken))
                {
                    return true;
                }

                await Task.Delay(AskAgainAfter, _clock.Time, cancellationToken);
            }
        }
        catch (TimeoutException)
        {
            // They are told later.
        }

        return false;
    }

    /// <returns>Ends when it is on the disk, or could not be written.</returns>
    private Task Change(Func<HoldState, HoldState> change)
    {
        lock (_lock)
        {
            var before = _state;
            _state = change(before);
            return _state.Shared != before.Shared || Untold(_state) != Untold(before) ? _note.Write(new HoldNote(_dependency, _state.Shared, Untold(_state))) : _note.Written;
        }
    }

    /// <summary>What a restart must not forget: a hold. A release that nobody else knows of is forgotten, which holds on.</summary>
    private static HoldDecision? Untold(HoldState state) => state.Own is { Principal: not null } hold ? hold : null;

    private async Task KeptAsync(Task written)
    {
        try
        {
            await written.WaitAsync(Patience, _clock.Time);
        }
        catch (TimeoutException)
        {
            Guarded.Run(() => LogNotWritten(_logger, _dependency, _note.Path!, $"no answer of the disk within {Patience.TotalSeconds:0} s"));
        }
    }

    private long NewEra()
    {
        lock (_lock)
        {
            return _random.NextInt64(1, HoldNote.Largest);
        }
    }

    [LoggerMessage(1036, LogLevel.Warning, "'{Dependency}': who holds all switches cannot be kept in '{Path}' ({Reason}). Until it can, a restart would not know it")]
    private static partial void LogNotWritten(ILogger logger, string dependency, string path, string reason);

    [LoggerMessage(1037, LogLevel.Error, "'{Dependency}': who held all switches in an earlier run cannot be read from '{Path}' ({Reason}). It is as if nobody had")]
    private static partial void LogNotRead(ILogger logger, string dependency, string path, string reason);
}
