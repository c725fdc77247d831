using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Exeat.Cli;

/// <summary>A form as JSON, from a file or from standard input.</summary>
internal static class JsonInput
{
    private const int MaxBytes = 1 << 20;

    public static T Read<T>(string file, JsonTypeInfo<T> type)
    {
        try
        {
            using Stream stream = file == "-" ? Console.OpenStandardInput() : File.OpenRead(file);
            using var read = new MemoryStream();
            byte[] part = new byte[8192];
            for (int count; (count = stream.Read(part)) > 0;)
            {
                read.Write(part, 0, count);
                if (read.Length > MaxBytes) throw new CommandFailure(ExitCode.InputWrong, $"{file}: longer than {MaxBytes >> 20} MiB");
            }
            return JsonSerializer.Deserialize(read.ToArray(), type) ?? throw new CommandFailure(ExitCode.InputWrong, $"{file}: holds nothing; docs/control/alerts.md has examples");
        }
        catch (JsonException wrong)
        {
            throw new CommandFailure(ExitCode.InputWrong, $"{file}: {wrong.Message}; docs/control/alerts.md has examples");
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure(ExitCode.InputWrong, $"{file}: {failed.Message}");
        }
    }
}
