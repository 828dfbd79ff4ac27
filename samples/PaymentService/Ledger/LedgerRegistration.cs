using PaymentService.Products;
using PaymentService.Services;
using Resilience.Postgres;

namespace PaymentService.Ledger;

internal static class LedgerRegistration
{
    private const string DefaultFile = "payments.db";
    private const string LocalRegion = "local";
    private const string JournalKey = "DrResilience:Journal:Path";
    private const string DefaultJournal = "dr-journal";

    // An answer within half a second is promised, and the queue needs a little of it.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(450);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    /// <summary>The regional ledger when its database is configured, else a file.</summary>
    public static void AddLedger(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        if (builder.Configuration.GetSection($"DrResilience:Dependencies:{RegionalLedger.Dependency}:Postgres").Exists())
        {
            builder.AddDrResilience(dr => dr.AddOperation<SettleOperation>(SettleOperation.Name));
            services.AddSingleton<IPaymentLedger, RegionalLedger>();
            // A failover that is over sooner is waited for: whoever waits commits first.
            services.AddSingleton<ILedgerWriter>(provider =>
            {
                var db = provider.GetRequiredKeyedService<RegionalDataSource>(RegionalLedger.Dependency);
                return new PatientLedger(provider.GetRequiredService<IPaymentLedger>(), () => db.WriterRegion is not null, Patience, Longest, provider.GetRequiredService<TimeProvider>());
            });
            builder.AddDefaults([new(JournalKey, Path.GetFullPath(DefaultJournal))]);
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

        var file = FilePath(builder.Configuration);
        builder.AddDefaults([new(JournalKey, file + ".journal")]);
        builder.AddDrResilience(dr => dr.UseSqliteQueues(file + ".queue"));
        services.AddSingleton(new SqliteStore(file));
        // A file has its one writer always; a customer waits for the disk.
        services.AddSingleton<ILedgerWriter>(provider => provider.GetRequiredService<IPaymentLedger>());
        services.AddHostedService(provider => provider.GetRequiredService<SqliteStore>());
        services.AddSingleton<IProductTable, SqliteProducts>();
        services.AddSingleton<IPaymentLedger>(provider => new SqliteLedger(provider.GetRequiredService<SqliteStore>(), Region(builder.Configuration)));
    }

    private static string FilePath(ConfigurationManager configuration) =>
        Path.GetFullPath(configuration["Embedded:Path"] is { Length: > 0 } path ? path : Path.Combine(AppContext.BaseDirectory, DefaultFile));

    private static string Region(ConfigurationManager configuration) =>
        configuration["DrResilience:Region"] ?? configuration["AWS_REGION"] ?? LocalRegion;
}
