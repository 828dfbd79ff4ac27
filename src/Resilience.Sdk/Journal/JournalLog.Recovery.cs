using Resilience.Internal;

namespace Resilience.Journal;

/// <content>Finds what an earlier process has left.</content>
internal sealed partial class JournalLog
{
    private void Recover()
    {
        var numbers = _disk.List().Select(Segment.NumberOf).OfType<long>().Order().ToList();
        _next = numbers.Count == 0 ? 1 : numbers[^1] + 1;
        var recovered = new List<JournalRecord>();
        foreach (var number in numbers)
        {
            var reading = SegmentReading.Of(_disk.Read(Segment.NameOf(number)));
            if (reading.GoodLength == reading.Length)
            {
                Keep(recovered, number, reading);
            }
            else if (!reading.IsBrokenInside && number == numbers[^1])
            {
                Guarded.Run(() => LogTorn(_logger, Segment.NameOf(number), reading.Length - reading.GoodLength));
                _disk.Truncate(Segment.NameOf(number), reading.GoodLength);
                Keep(recovered, number, reading);
            }
            else
            {
                SetAsideBroken(recovered, number, reading);
            }
        }

        Recovered = recovered;
    }

    private void Keep(List<JournalRecord> recovered, long number, SegmentReading reading)
    {
        if (reading.Records.Count == 0)
        {
            _disk.Delete(Segment.NameOf(number));
            return;
        }

        _sealed.Add(number, new Segment(number) { Bytes = reading.GoodLength, Live = reading.Records.Count });
        Interlocked.Add(ref _bytes, reading.GoodLength);
        recovered.AddRange(reading.Records.Select(content => new JournalRecord(content, number)));
    }

    /// <summary>What is readable is durable in a new file before the broken one loses its name.</summary>
    private void SetAsideBroken(List<JournalRecord> recovered, long number, SegmentReading reading)
    {
        var name = Segment.NameOf(number);
        var aside = $"{name}.broken";
        if (reading.Records.Count > 0)
        {
            var copy = new Segment(_next++);
            using (var file = _disk.Create(copy.Name))
            {
                file.Append(FrameFormat.FileHeader);
                copy.Bytes = FrameFormat.FileHeader.Length;
                foreach (var record in reading.Records)
                {
                    var frame = new byte[FrameFormat.FrameOf(FrameFormat.LengthOf(record.Length))];
                    file.Append(FrameFormat.Close(frame, FrameFormat.Add(frame, 0, record.Span)));
                    copy.Bytes += frame.Length;
                }

                file.Sync();
            }

            copy.Live = reading.Records.Count;
            _sealed.Add(copy.Number, copy);
            Interlocked.Add(ref _bytes, copy.Bytes);
            recovered.AddRange(reading.Records.Select(content => new JournalRecord(content, copy.Number)));
        }

        _disk.Rename(name, aside);
        SetAside++;
        Guarded.Run(() => LogBroken(_logger, name, reading.Records.Count, aside));
    }
}
