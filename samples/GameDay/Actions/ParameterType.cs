namespace GameDay.Actions;

internal enum ParameterType
{
    Text,
    Number,
    Share,
    Duration,
}
