namespace PaymentService.Ledger;

internal static class LedgerRegistration
{
    private const string DefaultFile = "payments.db";
    private const string LocalRegion = "local";

    public static void AddLedger(this WebApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        var path = configuration["Embedded:Path"] is { Length: > 0 } configured ? configured : Path.Combine(AppContext.BaseDirectory, DefaultFile);
        var region = configuration["DrResilience:Region"] ?? configuration["AWS_REGION"] ?? LocalRegion;
        builder.Services.AddSingleton(new SqliteStore(path));
        builder.Services.AddHostedService(services => services.GetRequiredService<SqliteStore>());
        builder.Services.AddSingleton<IPaymentLedger>(services => new SqliteLedger(services.GetRequiredService<SqliteStore>(), region));
    }
}
