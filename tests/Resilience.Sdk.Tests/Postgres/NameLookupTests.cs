using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Resilience.Internal;
using Resilience.Postgres;
using Resilience.TestKit;

namespace Resilience.Sdk.Tests.Postgres;

public sealed class NameLookupTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly ConcurrentQueue<TaskCompletionSource<IPAddress[]>> _asked = new();

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("/var/run/postgresql")]
    public void ResolveAsync_NoName_AsksNobody(string host)
    {
        Assert.True(Lookup(host).ResolveAsync(default).IsCompletedSuccessfully);
        Assert.Empty(_asked);
    }

    [Fact]
    public async Task ResolveAsync_WhileOneIsUnderWay_SharesItsAnswer()
    {
        var lookup = Lookup("db.test");
        var first = lookup.ResolveAsync(default);
        var second = lookup.ResolveAsync(default);
        await AskedAsync(1);

        Assert.Single(_asked)!.SetResult([IPAddress.Loopback]);

        await first;
        await second;
        Assert.Single(_asked);
    }

    [Fact]
    public async Task ResolveAsync_ResolverIsSilent_IsAskedAgainEachSecond_AndByFewThreads()
    {
        var lookup = Lookup("db.test");
        for (var second = 0; second < 10; second++)
        {
            _ = lookup.ResolveAsync(default);
            _ = lookup.ResolveAsync(default);
            await AskedAsync(Math.Min(second + 1, 4));
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(4, _asked.Count);

        // The last one asked is the one that is waited for.
        var waiting = lookup.ResolveAsync(default);
        _asked.Last().SetResult([IPAddress.Loopback]);
        await waiting;
        End();
    }

    [Fact]
    public async Task Took_IsHowLongTheLastAnswerTook()
    {
        var lookup = Lookup("db.test");
        var slow = lookup.ResolveAsync(default);
        await AskedAsync(1);
        _time.Advance(TimeSpan.FromMilliseconds(700));
        Assert.Equal(TimeSpan.Zero, lookup.Took);

        Assert.Single(_asked)!.SetResult([IPAddress.Loopback]);
        await slow;

        Assert.Equal(TimeSpan.FromMilliseconds(700), lookup.Took);
    }

    [Fact]
    public async Task ResolveAsync_NameIsGone_ThrowsWhatTheResolverSaid_AndAsksAnewTheNextTime()
    {
        var lookup = Lookup("db.test");
        var failing = lookup.ResolveAsync(default);
        await AskedAsync(1);
        Assert.Single(_asked)!.SetException(new SocketException((int)SocketError.HostNotFound));

        Assert.Equal(SocketError.HostNotFound, (await Assert.ThrowsAsync<SocketException>(() => failing)).SocketErrorCode);

        _ = lookup.ResolveAsync(default);
        await AskedAsync(2);
        End();
    }

    [Fact]
    public async Task ResolveAsync_Cancelled_EndsAtOnce_AndTheNextSharesWhatIsUnderWay()
    {
        var lookup = Lookup("db.test");
        using var cancel = new CancellationTokenSource();
        var cancelled = lookup.ResolveAsync(cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);

        _ = lookup.ResolveAsync(default);
        await AskedAsync(1);
        Assert.Single(_asked);
        End();
    }

    private NameLookup Lookup(string host) => new(host, new MonotonicClock(_time), Resolve);

    private IPAddress[] Resolve(string host)
    {
        var answer = new TaskCompletionSource<IPAddress[]>();
        _asked.Enqueue(answer);
#pragma warning disable VSTHRD002 // The system's resolver blocks, too.
        return answer.Task.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }

    /// <summary>The resolver is asked on a thread of its own, which takes a moment to start.</summary>
    private async Task AskedAsync(int times)
    {
        while (_asked.Count < times)
        {
            await Task.Yield();
        }
    }

    private void End()
    {
        foreach (var one in _asked)
        {
            one.TrySetResult([]);
        }
    }
}
