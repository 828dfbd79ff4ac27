using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Resilience.AspNetCore.Operations.Live;
using Resilience.TestKit;

namespace Resilience.AspNetCore.Tests.Operations;

public sealed class EventStreamTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Open_SendsTheStateAtOnce_AndAgain()
    {
        await using var app = await OperationsApp.StartAsync("Production");
        using var page = await EventPage.OpenAsync(OperationsApp.Client(app, "reader"));

        var first = await page.NextAsync();
        var second = await page.NextAsync();

        Assert.Equal(("state", "state"), (first.Name, second.Name));
        using var read = JsonDocument.Parse(second.Data);
        Assert.True(read.RootElement.TryGetProperty("health", out _));
    }

    /// <summary>With the next event, or the one after it, which may have been under way: told in events, because time on a busy machine tells nothing.</summary>
    [Fact]
    public async Task Change_IsSentWithinASecond()
    {
        await using var app = await OperationsApp.StartAsync("Production", withDatabase: true);
        using var client = OperationsApp.Client(app, "alice");
        using var page = await EventPage.OpenAsync(OperationsApp.Client(app, "reader"));
        await page.NextAsync();

        (await client.SendAsync(OperationsApp.Change("POST", "/dr/api/switches/payments-db/hold", body: null))).EnsureSuccessStatusCode();
        var events = new[] { await page.NextAsync(), await page.NextAsync() };
        Assert.Contains(events, one => one.Data.Contains("\"heldBy\":\"alice\"", StringComparison.Ordinal));
        Assert.InRange(2 * EventStream.Interval, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    /// <summary>Bounded: of a thousand the oldest go, and are told so; the last are served.</summary>
    [Fact]
    public async Task AThousandPages_TheOldestAreReplaced_AndTheNewestServed()
    {
        await using var app = await OperationsApp.StartAsync("Production");
        var stream = app.Services.GetRequiredService<EventStream>();
        var client = OperationsApp.Client(app, "reader");
        var pages = new List<EventPage>();
        try
        {
            for (var i = 0; i < 1000; i++)
            {
                pages.Add(await EventPage.OpenAsync(client));
                Assert.InRange(stream.Count, 1, EventStream.Most);
            }

            Assert.Equal("replaced", await pages[0].LastNameAsync());
            Assert.Equal("replaced", await pages[1000 - EventStream.Most - 1].LastNameAsync());
            var newest = pages[^1];
            await newest.NextAsync();
            Assert.Equal("state", (await newest.NextAsync()).Name);
        }
        finally
        {
            pages.ForEach(page => page.Dispose());
        }

        await UntilAsync(() => stream.Count == 0);
    }

    [Fact]
    public async Task ManyPages_TheStateIsDescribedOnceForAll_AndNotWhileNobodyLooks()
    {
        await using var app = await OperationsApp.StartAsync("Production");
        var described = 0;
        var stream = ActivatorUtilities.CreateInstance<EventStream>(app.Services, () =>
        {
            Interlocked.Increment(ref described);
            return (ReadOnlyMemory<byte>)"{}"u8.ToArray();
        });
        var pages = Enumerable.Range(0, 50).Select(_ => new DirectPage(stream)).ToList();
        await UntilAsync(() => stream.Count == 50);
        var before = Volatile.Read(ref described);
        await UntilAsync(() => pages.TrueForAll(page => page.Received >= 3));

        Assert.InRange(Volatile.Read(ref described) - before, 2, 10);

        await Task.WhenAll(pages.Select(page => page.CloseAsync()));
        await UntilAsync(() => stream.Count == 0);
        await Task.Delay(TimeSpan.FromSeconds(1.2), TimeProvider.System, CancellationToken.None);
        var after = Volatile.Read(ref described);
        await Task.Delay(TimeSpan.FromSeconds(1.2), TimeProvider.System, CancellationToken.None);
        Assert.Equal(after, Volatile.Read(ref described));
    }

    [Fact]
    public async Task Stopping_EndsOpenPages()
    {
        await using var app = await OperationsApp.StartAsync("Production");
        using var page = await EventPage.OpenAsync(OperationsApp.Client(app, "reader"));
        await page.NextAsync();

        await app.StopAsync().WaitAsync(Patience);

        Assert.Equal(0, app.Services.GetRequiredService<EventStream>().Count);
    }

    private static Task UntilAsync(Func<bool> condition) => Eventually.UntilAsync(condition, () => "It did not come about.", CancellationToken.None);
}
