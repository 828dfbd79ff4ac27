using System.Text;
using System.Text.Json;
using Resilience.Redis.Fallbacks;

namespace Resilience.Sdk.Tests.Redis;

public sealed class AnswerFormatTests
{
    private static readonly DateTimeOffset At = new(2026, 5, 4, 3, 2, 1, TimeSpan.Zero);
    private readonly AnswerFormat _format = new(JsonSerializerOptions.Web, 1000);

    [Fact]
    public void WriteAndRead_SameType_IsEqual()
    {
        var bytes = _format.Write(new Rates("EUR", [1.5m, 2.25m]), At)!;

        var read = _format.Read<Rates>(bytes)!.Value;

        Assert.Equal(("EUR", 2.25m, At), (read.Value.Base, read.Value.Values[1], read.At));
    }

    [Fact]
    public void Read_OtherType_IsNone()
    {
        var bytes = _format.Write(new Rates("EUR", [1]), At)!;

        Assert.Null(_format.Read<OtherRates>(bytes));
        Assert.Null(_format.Read<string>(bytes));
    }

    [Theory]
    [InlineData("")]
    [InlineData("rubbish")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"at":0,"type":"Resilience.Sdk.Tests.Redis.AnswerFormatTests+Rates","value":null}""")]
    [InlineData("""{"at":9223372036854775807,"type":"Resilience.Sdk.Tests.Redis.AnswerFormatTests+Rates","value":{"base":"EUR","values":[]}}""")]
    public void Read_Rubbish_IsNone(string text) => Assert.Null(_format.Read<Rates>(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void Write_LargerThanAllowed_IsNullAndStopsEarly()
    {
        Assert.Null(_format.Write(new string('x', 2000), At));

        // An answer without end would never come back otherwise.
        Assert.Null(_format.Write(Endless(), At));
    }

    [Fact]
    public void Read_LargerThanAllowed_IsNone() =>
        Assert.Null(_format.Read<string>(new AnswerFormat(JsonSerializerOptions.Web, 10_000).Write(new string('x', 2000), At)!));

    private static IEnumerable<string> Endless()
    {
        while (true)
        {
            yield return "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
        }
    }

    private sealed record Rates(string Base, decimal[] Values);

    private sealed record OtherRates(string Base, decimal[] Values);
}
