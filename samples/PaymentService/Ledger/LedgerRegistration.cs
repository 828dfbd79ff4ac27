namespace PaymentService.Ledger;

internal static class LedgerRegistration
{
    private const string DefaultFile = "payments.db";
    private const string LocalRegion = "local";

    /// <summary>The regional ledger when its database is configured, else a file.</summary>
    public static void AddLedger(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        if (builder.Configuration.GetSection($"DrResilience:Dependencies:{RegionalLedger.Dependency}:Postgres").Exists())
        {
            services.AddSingleton<IPaymentLedger, RegionalLedger>();
            services.AddHostedService<PostgresSchema>();
            return;
        }

        services.AddSingleton(new SqliteStore(FilePath(builder.Configuration)));
        services.AddHostedService(provider => provider.GetRequiredService<SqliteStore>());
        services.AddSingleton<IPaymentLedger>(provider => new SqliteLedger(provider.GetRequiredService<SqliteStore>(), Region(builder.Configuration)));
    }

    private static string FilePath(ConfigurationManager configuration) =>
        configuration["Embedded:Path"] is { Length: > 0 } path ? path : Path.Combine(AppContext.BaseDirectory, DefaultFile);

    private static string Region(ConfigurationManager configuration) =>
        configuration["DrResilience:Region"] ?? configuration["AWS_REGION"] ?? LocalRegion;
}
