using FsCheck;
using FsCheck.Fluent;
using Resilience.Regions;

namespace Resilience.Sdk.Tests.Regions;

public sealed class ReadTokenTests
{
    [Fact]
    public void Text_IsReadBack() => Prop.ForAll<NonNegativeInt, NonNegativeInt>((epoch, position) =>
    {
        var token = new ReadToken(epoch.Get, position.Get * 4_294_967_296L / 3);
        return ReadToken.TryParse(token.ToString(), out var read) && read == token;
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("1-")]
    [InlineData("-1-5")]
    [InlineData("1-5-5")]
    [InlineData(" 1-5")]
    [InlineData("1-0x5")]
    [InlineData("1-FFFFFFFFFFFFFFFF")]
    [InlineData("99999999999999999999-5")]
    [InlineData("1-5'; DROP TABLE payments")]
    public void AnythingElse_IsNoToken(string? text) => Assert.False(ReadToken.TryParse(text, out _));
}
