namespace Resilience.Regions;

/// <summary>The name of a person who decides, as it is taken from an authenticated request and kept in records.</summary>
internal static class Principal
{
    /// <summary>In characters.</summary>
    public const int Longest = 255;

    public static bool IsValid(string? name) => !string.IsNullOrWhiteSpace(name) && name.Length <= Longest && !name.Any(char.IsControl);
}
