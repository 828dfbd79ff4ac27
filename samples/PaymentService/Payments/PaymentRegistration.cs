using Microsoft.Extensions.Options;
using PaymentService.Recovery;

namespace PaymentService.Payments;

internal static class PaymentRegistration
{
    /// <summary>The way of a payment: at once, through the queue, or completed by the worker.</summary>
    public static void AddPayments(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        // The id is what callers ask by, also while only the queue knows of the payment.
        builder.AddDrResilience(dr => dr.AddQueue<PaymentJob, QueuedPaymentHandler>(PaymentIntake.Service, job => PaymentId.From(job.IdempotencyKey)));
        // Short-lived, as the clients of the gateway are.
        services.AddTransient<PaymentProcessor>();
        services.AddTransient<PaymentIntake>();
        services.AddSingleton<QueuedPayments>();
        services.AddSingleton<IValidateOptions<RecoveryOptions>, RecoveryOptionsValidator>();
        services.AddOptions<RecoveryOptions>().BindConfiguration(RecoveryOptions.Section).ValidateOnStart();
        services.AddHostedService<PendingPaymentWorker>();
    }
}
