using System.Globalization;
using System.Text;

namespace Exeat.Flows.Tests;

/// <summary>Reads one message by the grammar of RFC 5424, 6, and refuses everything else.</summary>
internal sealed record SyslogMessage(int Priority, DateTimeOffset Time, string Host, string App, string Process, string Kind, string DataName, List<(string Name, string Value)> Data, string Text)
{
    public static SyslogMessage Read(string message)
    {
        int at = 0;
        Expect('<');
        int priority = int.Parse(Until('>'), NumberStyles.None, CultureInfo.InvariantCulture);
        Expect('1');
        Expect(' ');
        var time = DateTimeOffset.ParseExact(Until(' '), "yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        string host = Word(255), app = Word(48), process = Word(128), kind = Word(32);
        Expect('[');
        string name = Until(' ', stopAt: ']');
        List<(string, string)> data = [];
        while (message[at] != ']')
        {
            string key = Until('=');
            if (key.Length is 0 or > 32 || key.Any(c => c is <= ' ' or > '~' or '=' or ']' or '"')) throw new FormatException($"'{key}' is no name");
            Expect('"');
            var value = new StringBuilder();
            while (message[at] != '"')
            {
                if (message[at] == ']') throw new FormatException("a bare ] in a value");
                if (message[at] == '\\' && message[at + 1] is '"' or '\\' or ']') at++;
                value.Append(message[at++]);
            }
            at++;
            data.Add((key, value.ToString()));
            if (message[at] == ' ') at++;
        }
        Expect(']');
        Expect(' ');
        return new SyslogMessage(priority, time, host, app, process, kind, name, data, message[at..]);

        void Expect(char wanted)
        {
            if (message[at] != wanted) throw new FormatException($"'{message[at]}' at {at} instead of '{wanted}'");
            at++;
        }

        string Until(char end, char stopAt = '\0')
        {
            int from = at;
            while (message[at] != end && message[at] != stopAt) at++;
            string text = message[from..at];
            if (message[at] == end) at++;
            return text;
        }

        string Word(int longest)
        {
            string word = Until(' ');
            return word.Length is > 0 && word.Length <= longest && word.All(c => c is > ' ' and <= '~') ? word : throw new FormatException($"'{word}' is no word of the header");
        }
    }

    public string? Value(string name) => Data.FirstOrDefault(pair => pair.Name == name).Value;
}
