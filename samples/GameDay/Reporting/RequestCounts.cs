namespace GameDay.Reporting;

internal sealed record RequestCounts(int Total, int Succeeded, int Degraded, int Failed);
