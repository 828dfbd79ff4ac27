namespace GameDay.Reporting;

internal sealed record ChargeCounts(int Total, int Duplicates);
