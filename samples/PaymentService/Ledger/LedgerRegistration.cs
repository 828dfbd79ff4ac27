using PaymentService.Products;

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
            services.AddSingleton<IProductTable, PostgresProducts>();
            services.AddSingleton<PostgresSchema>();
            services.AddHostedService(provider => provider.GetRequiredService<PostgresSchema>());
            return;
        }

        if (builder.Configuration.GetSection("DrResilience:Dependencies").GetChildren()
            .Where(child => child.GetSection("Postgres").Exists()).Select(child => child.Key).ToList() is { Count: > 0 } others)
        {
            // Whoever configures a database must not find payments in a local file because of a mistyped name.
            throw new InvalidOperationException(
                $"DrResilience:Dependencies has the database {string.Join(", ", others)}, but not '{RegionalLedger.Dependency}', where this service keeps its payments. Name the database '{RegionalLedger.Dependency}', or remove the section to run embedded.");
        }

        services.AddSingleton(new SqliteStore(FilePath(builder.Configuration)));
        services.AddHostedService(provider => provider.GetRequiredService<SqliteStore>());
        services.AddSingleton<IProductTable, SqliteProducts>();
        services.AddSingleton<IPaymentLedger>(provider => new SqliteLedger(provider.GetRequiredService<SqliteStore>(), Region(builder.Configuration)));
    }

    private static string FilePath(ConfigurationManager configuration) =>
        configuration["Embedded:Path"] is { Length: > 0 } path ? path : Path.Combine(AppContext.BaseDirectory, DefaultFile);

    private static string Region(ConfigurationManager configuration) =>
        configuration["DrResilience:Region"] ?? configuration["AWS_REGION"] ?? LocalRegion;
}
