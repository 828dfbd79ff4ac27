using System.Globalization;
using PaymentService.Amounts;

namespace Resilience.AspNetCore.Tests.Samples;

public sealed class ExactDecimalTests
{
    [Theory]
    [InlineData("12.50", "12.5", 1)]
    [InlineData("12.5", "12.5", 1)]
    [InlineData("1.25e1", "12.5", 1)]
    [InlineData("125E-1", "12.5", 1)]
    [InlineData("1e3", "1000", 0)]
    [InlineData("1000.000", "1000", 0)]
    [InlineData("0", "0", 0)]
    [InlineData("0.000e999999999999", "0", 0)]
    [InlineData("-1.5", "-1.5", 1)]
    [InlineData("0.01", "0.01", 2)]
    [InlineData("999999999.99", "999999999.99", 2)]
    public void TryParse_Representable_IsExact(string json, string value, int decimals)
    {
        Assert.True(ExactDecimal.TryParse(json, out var parsed, out var parsedDecimals));
        Assert.Equal(decimal.Parse(value, CultureInfo.InvariantCulture), parsed);
        Assert.Equal(decimals, parsedDecimals);
    }

    [Theory]
    [InlineData("1e400")]
    [InlineData("1e-400")]
    [InlineData("1e99999999999")]
    [InlineData("1.0000000000000000000000000000000000001")]
    [InlineData("123456789012345678901234567890")]
    public void TryParse_NotRepresentable_IsFalseAndNotRounded(string json) => Assert.False(ExactDecimal.TryParse(json, out _, out _));

    [Theory]
    [InlineData("EUR", "12.5", "12.50")]
    [InlineData("JPY", "1250", "1250")]
    [InlineData("KWD", "1.2", "1.200")]
    [InlineData("CLF", "1", "1.0000")]
    public void Amount_Value_HasTheDecimalsOfItsCurrency(string currency, string value, string shown) => Assert.Equal(
        shown, Amount.From(decimal.Parse(value, CultureInfo.InvariantCulture), currency).Value.ToString(CultureInfo.InvariantCulture));
}
