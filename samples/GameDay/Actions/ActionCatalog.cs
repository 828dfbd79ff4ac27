namespace GameDay.Actions;

/// <summary>All actions by name.</summary>
internal static class ActionCatalog
{
    public static IReadOnlyList<ActionKind> All { get; } =
    [
        .. DatabaseActions.All, .. ReplicaActions.All, .. CacheActions.All, .. ServiceActions.All, .. NetworkActions.All, .. MachineActions.All,
    ];

    public static IReadOnlyCollection<string> Names { get; } = [.. All.Select(kind => kind.Name)];

    public static ActionKind? Find(string? name) => All.FirstOrDefault(kind => kind.Name == name);
}
