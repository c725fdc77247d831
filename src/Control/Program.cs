using Exeat.Api;

const string Usage = $"""
    {Product.Name} control: policy versions, gateways and every record, for people.

    exeat-control --version | --help

    Exit status: 0 stopped in order, 2 wrong arguments, 3 the machine lacks something, 4 our fault.
    """;

switch (args)
{
    case ["--version"]:
        Console.Out.WriteLine(Product.Version);
        return 0;
    case ["--help"]:
        Console.Out.WriteLine(Usage);
        return 0;
    default:
        Console.Error.WriteLine("exeat-control: what there is: exeat-control --help");
        return 2;
}
