using Microsoft.Extensions.Options;

namespace PaymentService.Recovery;

internal sealed class RecoveryOptionsValidator : IValidateOptions<RecoveryOptions>
{
    public ValidateOptionsResult Validate(string? name, RecoveryOptions options)
    {
        var errors = new ValidateOptionsResultBuilder();
        Check(options.OlderThan > TimeSpan.Zero, "OlderThan", options.OlderThan, "above 00:00:00");
        Check(options.Interval > TimeSpan.Zero, "Interval", options.Interval, "above 00:00:00");
        Check(options.BatchSize is >= 1 and <= 1000, "BatchSize", options.BatchSize, "from 1 to 1000");
        Check(options.Parallelism is >= 1 and <= 100, "Parallelism", options.Parallelism, "from 1 to 100");
        Check(options.MaxRefusals >= 1, "MaxRefusals", options.MaxRefusals, "at least 1");
        return errors.Build();

        void Check(bool valid, string key, object value, string allowed)
        {
            if (!valid)
            {
                errors.AddError($"{RecoveryOptions.Section}:{key} is '{value}' and must be {allowed}.");
            }
        }
    }
}
