using System.Buffers.Binary;
using System.Text;

namespace Resilience.TestKit.Network;

/// <summary>The little of the DNS wire format (RFC 1035, section 4) that a question for an address and its answer need.</summary>
internal static class NameMessage
{
    private const int HeaderLength = 12;
    private const int AddressType = 1;

    /// <summary>Reads the one question of a message.</summary>
    /// <param name="query">The message as it came.</param>
    /// <param name="name">The name that is asked for, in small letters.</param>
    /// <param name="type">The type of record that is asked for.</param>
    /// <param name="end">Where the question ends.</param>
    /// <returns>False when it is no such message.</returns>
    public static bool TryRead(ReadOnlySpan<byte> query, out string name, out int type, out int end)
    {
        (name, type, end) = ("", 0, HeaderLength);
        if (query.Length < HeaderLength || BinaryPrimitives.ReadUInt16BigEndian(query[4..]) != 1)
        {
            return false;
        }

        var labels = new List<string>();
        while (end < query.Length && query[end] is > 0 and <= 63 and var length)
        {
            if (end + 1 + length > query.Length)
            {
                return false;
            }

            labels.Add(Encoding.ASCII.GetString(query.Slice(end + 1, length)));
            end += 1 + length;
        }

        // The empty label, the type and the class.
        if (end + 5 > query.Length || query[end] != 0)
        {
            return false;
        }

        name = string.Join('.', labels).ToLowerInvariant();
        type = BinaryPrimitives.ReadUInt16BigEndian(query[(end + 1)..]);
        end += 5;
        return true;
    }

    /// <summary>The answer to a question. Other records than addresses of version 4 do not exist.</summary>
    public static byte[] Write(ReadOnlySpan<byte> query, int end, int type, NameAnswer answer)
    {
        var address = type == AddressType ? answer.Host?.GetAddressBytes() : null;
        var message = new byte[end + (address is null ? 0 : 16)];
        query[..end].CopyTo(message);

        // An answer, recursion wanted and to be had; one question, one answer or none, nothing else.
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), (ushort)(0x8180 | answer.Code));
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(6), (ushort)(address is null ? 0 : 1));
        message.AsSpan(8, 4).Clear();
        if (address is not null)
        {
            // The name of the question, an address of the Internet, to be kept for no time, of four bytes.
            ReadOnlySpan<byte> head = [0xC0, HeaderLength, 0, AddressType, 0, 1, 0, 0, 0, 0, 0, 4];
            head.CopyTo(message.AsSpan(end));
            address.CopyTo(message.AsSpan(end + head.Length));
        }

        return message;
    }
}
