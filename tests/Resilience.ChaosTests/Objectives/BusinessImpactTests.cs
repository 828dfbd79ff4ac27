using GameDay.Objectives;
using GameDay.Yaml;

namespace Resilience.ChaosTests.Objectives;

public sealed class BusinessImpactTests : IDisposable
{
    private const string Whole = "systems:\n  - name: A\n    tier: 1\n    rto: 15m\n    rpo: 0s\n    revenue_per_hour: $500,000\n    dr_strategy: active-active\n";

    private readonly string _directory = Directory.CreateTempSubdirectory("resilience-objectives-").FullName;

    [Fact]
    public void Load_TheSpecification_HasItsSystems()
    {
        var impact = BusinessImpact.Load(BusinessImpact.StandardPath);

        Assert.Equal(
            [
                new("Payment Processing", 1, TimeSpan.FromMinutes(15), TimeSpan.Zero, new Money(500_000, "$"), "active-active"),
                new("Customer Portal", 2, TimeSpan.FromHours(1), TimeSpan.FromMinutes(5), new Money(50_000, "$"), "hot-standby"),
                new("Internal Analytics", 3, TimeSpan.FromHours(24), TimeSpan.FromHours(1), new Money(0, "$"), "warm-standby"),
                new BusinessSystem("Development Environment", 4, TimeSpan.FromHours(72), TimeSpan.FromHours(24), new Money(0, "$"), "cold-standby"),
            ],
            impact.Systems);
    }

    [Theory]
    [InlineData("tier: 1", "tier: 5", "line 3: 'systems[0].tier' is '5' and must be 1, 2, 3 or 4")]
    [InlineData("rto: 15m", "rto: 15", "line 4: 'systems[0].rto' is '15' and must be a number with its unit s, m, h or d, up to 365d, for instance 15m")]
    [InlineData("rto: 15m", "rto: -1m", "line 4: 'systems[0].rto' is '-1m' and must be")]
    [InlineData("rto: 15m", "rto: 366d", "line 4: 'systems[0].rto' is '366d' and must be")]
    [InlineData("rto: 15m", "rto: [15m]", "line 4: 'systems[0].rto' must be")]
    [InlineData("rto: 15m", "rt0: 15m", "line 4: 'systems[0].rt0' is not known; did you mean 'rto'?")]
    [InlineData("rto: 15m", "rt0: 15m", "line 2: 'systems[0].rto' is missing")]
    [InlineData("rpo: 0s", "rpo: ''", "line 5: 'systems[0].rpo' is '' and must be")]
    [InlineData("$500,000", "$5,00", "line 6: 'systems[0].revenue_per_hour' is '$5,00' and must be an amount such as $500,000")]
    [InlineData("$500,000", "lots", "line 6: 'systems[0].revenue_per_hour' is 'lots' and must be")]
    [InlineData("active-active", "activ-active", "did you mean 'active-active'?")]
    [InlineData("active-active", "prayer-and-tape", "line 7: 'systems[0].dr_strategy' is 'prayer-and-tape' and must be one of backup-only, cold-standby")]
    [InlineData("name: A", "name: ''", "line 2: 'systems[0].name' is '' and must be a name of 1 to 100 characters")]
    [InlineData("systems:", "sistems:", "line 1: 'sistems' is not known; did you mean 'systems'?")]
    [InlineData("systems:", "systems: []\nmore:", "line 1: 'systems' must be a list of 1 to 1000 systems")]
    [InlineData("    tier: 1\n", "    tier: 1\n    tier: 1\n", "line 4: ")]
    [InlineData("systems:\n", "systems: {\n", "line ")]
    [InlineData(Whole, "", "it must be one document of keys and values")]
    [InlineData(Whole, "- a", "it must be one document of keys and values")]
    [InlineData(Whole, "systems:\n  - a", "line 2: 'systems' must be a list of keys and values")]
    [InlineData("systems:", "---\na: 1\n---\nsystems:", "it must be one document of keys and values")]
    public void Load_AMistake_NamesFileLineValueAndWayOut(string right, string wrong, string message)
    {
        var path = Write(Whole.Replace(right, wrong, StringComparison.Ordinal));

        var error = Assert.Throws<YamlFileException>(() => BusinessImpact.Load(path));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_SeveralMistakes_AreToldAtOnceInTheirOrder()
    {
        var path = Write(Whole.Replace("tier: 1", "tier: one", StringComparison.Ordinal).Replace("0s", "none", StringComparison.Ordinal)
            .Replace("active-active", "hot-stanby", StringComparison.Ordinal));

        var lines = Assert.Throws<YamlFileException>(() => BusinessImpact.Load(path)).Message.Split('\n');

        Assert.Equal(4, lines.Length);
        Assert.Equal(["line 3:", "line 5:", "line 7:"], lines[1..].Select(line => line.Trim()[..7]));
    }

    [Fact]
    public void Load_ANameTwice_NamesBothLines()
    {
        var error = Assert.Throws<YamlFileException>(() => BusinessImpact.Load(
            Write(Whole + Whole["systems:\n".Length..].Replace("name: A", "name: a", StringComparison.Ordinal))));

        Assert.Contains("line 8: 'systems[1].name' is 'a', which is there already in line 2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_NoFile_NamesIt() => Assert.Contains(
        "/nowhere/bia.yaml", Assert.Throws<YamlFileException>(() => BusinessImpact.Load("/nowhere/bia.yaml")).Message, StringComparison.Ordinal);

    [Fact]
    public void Find_AnyCase_Finds()
    {
        var impact = BusinessImpact.Load(BusinessImpact.StandardPath);

        Assert.Equal(1, impact.Find("payment processing")?.Tier);
        Assert.Null(impact.Find("Payment Procesing"));
        Assert.Contains("did you mean 'Payment Processing'?", impact.Unknown("Payment Procesing"), StringComparison.Ordinal);
        Assert.Contains("it has 'Payment Processing', 'Customer Portal'", impact.Unknown("Mainframe of the bank"), StringComparison.Ordinal);
    }

    [Fact]
    public void ImpactOf_ADowntime_CostsItsShareOfAnHour()
    {
        var system = BusinessImpact.Load(BusinessImpact.StandardPath).Find("Payment Processing")!;

        var impact = system.ImpactOf(TimeSpan.FromSeconds(72));

        Assert.Equal(new Impact("Payment Processing", 1, "active-active", "$", 8_333.33m, 72, 10_000m), impact);
        Assert.Null(system.ImpactOf(null).Cost);
    }

    [Theory]
    [InlineData("1.5h", 5_400)]
    [InlineData("2d", 172_800)]
    [InlineData("0s", 0)]
    public void Load_Durations_HaveUnits(string text, double seconds) =>
        Assert.Equal(seconds, BusinessImpact.Load(Write(Whole.Replace("15m", text, StringComparison.Ordinal))).Systems[0].Rto.TotalSeconds);

    [Theory]
    [InlineData("0", 0, "")]
    [InlineData("€1200.50", 1200.5, "€")]
    [InlineData("$1,234,567", 1234567, "$")]
    public void Load_Amounts_HaveCurrencies(string text, double amount, string symbol) =>
        Assert.Equal(new Money((decimal)amount, symbol), BusinessImpact.Load(Write(Whole.Replace("$500,000", text, StringComparison.Ordinal))).Systems[0].RevenuePerHour);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private string Write(string text)
    {
        var path = Path.Combine(_directory, "bia.yaml");
        File.WriteAllText(path, text);
        return path;
    }
}
