using System.Net.Sockets;
using System.Text;
using Resilience.TestKit;

namespace Resilience.IntegrationTests.TestKit;

public sealed class RedisServerTests
{
    private static readonly TimeSpan OneSecond = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task KillAndStart_SamePortAndEmpty()
    {
        await using var redis = await RedisServer.StartNewAsync();
        Assert.Equal("+OK", await AskAsync(redis, "SET k v"));

        await redis.KillAsync();
        Assert.False(redis.IsRunning);
        await Assert.ThrowsAsync<SocketException>(() => AskAsync(redis, "PING"));

        var endpoint = redis.Endpoint;
        await redis.StartAsync();
        Assert.Equal(endpoint, redis.Endpoint);
        Assert.Equal("$-1", await AskAsync(redis, "GET k"));
    }

    [Fact]
    public async Task Hang_ConnectsButDoesNotAnswer_UntilResumed()
    {
        await using var redis = await RedisServer.StartNewAsync(new() { Host = "127.0.1.1" });

        await redis.HangAsync();
        await Assert.ThrowsAsync<TimeoutException>(() => AskAsync(redis, "PING").WaitAsync(OneSecond, TimeProvider.System));

        await redis.ResumeAsync();
        Assert.Equal("+PONG", await AskAsync(redis, "PING"));
    }

    private static async Task<string?> AskAsync(RedisServer redis, string command)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(redis.Host, redis.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(command + "\r\n"));
        using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
        return await reader.ReadLineAsync();
    }
}
