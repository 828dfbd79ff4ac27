namespace GameDay.Reporting.Page;

/// <summary>A table with a caption, headed columns and, in its first cell, headed rows.</summary>
internal static class HtmlTable
{
    private const char Figure = '#';

    /// <param name="columns">Those whose name begins with # hold figures and stand to the right.</param>
    public static Html Of(string caption, IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<Html>> rows)
    {
        var html = Html.Of($"<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{caption}\">\n<table>\n<caption>{caption}</caption>\n<thead><tr>");
        foreach (var column in columns)
        {
            html.Add($"<th scope=\"col\" class=\"{Kind(column)}\">{column.TrimStart(Figure)}</th>");
        }

        html.Add($"</tr></thead>\n<tbody>\n");
        foreach (var row in rows)
        {
            html.Add($"<tr><th scope=\"row\" class=\"{Kind(columns[0])}\">{row[0]}</th>");
            for (var i = 1; i < row.Count; i++)
            {
                html.Add($"<td class=\"{Kind(columns[i])}\">{row[i]}</td>");
            }

            html.Add($"</tr>\n");
        }

        html.Add($"</tbody>\n</table>\n</div>\n");
        return html;
    }

    public static Html Cell(string? text) => Html.Of($"{text}");

    private static string Kind(string column) => column.StartsWith(Figure) ? "n" : "t";
}
