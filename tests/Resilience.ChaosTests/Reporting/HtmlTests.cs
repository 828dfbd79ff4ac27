using GameDay.Reporting.Page;

namespace Resilience.ChaosTests.Reporting;

public sealed class HtmlTests
{
    [Theory]
    [InlineData("<script>alert('x')</script>", "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;")]
    [InlineData("\" onload=\"x & y", "&quot; onload=&quot;x &amp; y")]
    [InlineData("a\0b\u001bc\u0085", "a\uFFFDb\uFFFDc\uFFFD")]
    [InlineData("gnp.\u202Eexe", "gnp.\uFFFDexe")]
    [InlineData("Zürich 東京 🚀", "Zürich 東京 🚀")]
    [InlineData(null, "")]
    public void Of_AValue_IsEscaped(string? value, string expected) => Assert.Equal($"<p>{expected}</p>", Html.Of($"<p>{value}</p>").ToString());

    [Fact]
    public void Of_HalfACharacter_IsReplaced() => Assert.Equal("\uFFFDx", Html.Of($"{$"{(char)0xD800}x"}").ToString());

    [Fact]
    public void Of_APiece_IsTakenAsItIs() => Assert.Equal("<p><b>&lt;</b></p>", Html.Of($"<p>{Html.Of($"<b>{"<"}</b>")}</p>").ToString());

    [Fact]
    public void Of_ANumber_IsWrittenTheSameEverywhere() => Assert.Equal("1234.5 1,234.50", Html.Of($"{1234.5} {1234.5:#,0.00}").ToString());
}
