using System.Text.Json;

namespace Resilience.Internal;

/// <summary>How values of enumerations are written in JSON: in lower case, words with hyphens between them.</summary>
internal static class EnumName
{
    public static string Of<TEnum>(TEnum value)
        where TEnum : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());
}
