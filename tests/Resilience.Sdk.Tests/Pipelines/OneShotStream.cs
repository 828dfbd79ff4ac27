using System.Text;

namespace Resilience.Sdk.Tests.Pipelines;

/// <summary>A body that can be read once and not rewound, like an upload that passes through.</summary>
internal sealed class OneShotStream(string text) : MemoryStream(Encoding.UTF8.GetBytes(text), writable: false)
{
    public override bool CanSeek => false;
}
