namespace GameDay.Reporting.Page;

/// <summary>Values as the page says them.</summary>
internal static class Words
{
    public static string Of(Verdict verdict) => verdict switch
    {
        Verdict.Passed => "passed",
        Verdict.Failed => "failed",
        Verdict.Aborted => "aborted",
        _ => "inconclusive",
    };

    public static Html Met(bool? met) => met switch
    {
        true => Html.Of($"<span class=\"good\">✓ met</span>"),
        false => Html.Of($"<span class=\"bad\">✗ missed</span>"),
        null => Html.Of($"<span class=\"unknown\">? unknown</span>"),
    };

    public static Html Held(bool held) => held ? Html.Of($"<span class=\"good\">✓ held</span>") : Html.Of($"<span class=\"bad\">✗ broken</span>");
}
