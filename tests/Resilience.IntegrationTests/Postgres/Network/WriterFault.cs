using Resilience.TestKit;

namespace Resilience.IntegrationTests.Postgres.Network;

/// <summary>The ways in which a client loses its writer without the writer's saying so, or with a word from its host alone.</summary>
internal static class WriterFault
{
    public const string Hang = "hang";
    public const string Blackhole = "blackhole";
    public const string RequestsLost = "requests lost";
    public const string AnswersLost = "answers lost";
    public const string Reset = "reset";

    public static async Task<IAsyncDisposable> BeginAsync(string fault, PostgresServer writer)
    {
        switch (fault)
        {
            case Hang:
                await writer.HangAsync();
                return new Resumption(writer);
            case Blackhole:
                return await NetworkFault.BlackholeAsync(writer.Host, writer.Port);
            case RequestsLost:
                return await NetworkFault.LoseRequestsAsync(writer.Host, writer.Port);
            case AnswersLost:
                return await NetworkFault.LoseAnswersAsync(writer.Host, writer.Port);
            case Reset:
                return await NetworkFault.ResetAsync(writer.Host, writer.Port);
            default:
                throw new ArgumentOutOfRangeException(nameof(fault), fault, "No such fault.");
        }
    }

    private sealed class Resumption(PostgresServer writer) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await writer.ResumeAsync();
    }
}
