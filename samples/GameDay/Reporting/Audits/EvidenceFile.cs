using System.Security.Cryptography;

namespace GameDay.Reporting.Audits;

/// <summary>A file that shows what happened, and the hash by which it is recognised.</summary>
internal sealed record EvidenceFile(string File, long Bytes, string Sha256)
{
    public static async Task<EvidenceFile> OfAsync(string path, CancellationToken ct)
    {
        await using var file = System.IO.File.OpenRead(path);
        var hash = await SHA256.HashDataAsync(file, ct);
        return new EvidenceFile(Path.GetFileName(path), file.Length, Convert.ToHexStringLower(hash));
    }
}
