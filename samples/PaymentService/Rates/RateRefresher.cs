using Microsoft.Extensions.Options;
using PaymentService.Payments;
using Resilience.Degradation;

namespace PaymentService.Rates;

/// <summary>
/// Asks for the rates now and then, so that <c>cached_exchange_rates</c> has an answer before anybody needs it. It asks as a
/// customer would: what it is answered fills the cache.
/// </summary>
internal sealed class RateRefresher(IServiceScopeFactory scopes, IDegradation degradation, IOptions<RatesOptions> options, TimeProvider timeProvider)
    : BackgroundService
{
    private static readonly TimeSpan UntilFirst = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var any = false;
        while (options.Value.RefreshInterval > TimeSpan.Zero && !stoppingToken.IsCancellationRequested)
        {
            try
            {
                any |= await AskAsync(stoppingToken);
            }
#pragma warning disable CA1031 // The loop survives every round; the state of the gateway is logged where it is judged.
            catch (Exception) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
            }

            await Task.Delay(any ? options.Value.RefreshInterval : UntilFirst, timeProvider, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> AskAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var rates = scope.ServiceProvider.GetRequiredService<IExchangeRates>();
        var outcome = await degradation.ExecuteAsync(PaymentIntake.Service, new RatesQuery(RateTable.Pivot), rates.GetAsync, cancellationToken);
        return outcome.Kind == OutcomeKind.Normal;
    }
}
