using Exeat.Api;

const string Usage = $"""
    {Product.Name} link: carries policy to a gateway of this machine, and its records to control.

    exeat-link --version | --help

    Exit status: 0 stopped in order, 2 wrong arguments, 3 the machine or control lacks something, 4 our fault.
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
        Console.Error.WriteLine("exeat-link: what there is: exeat-link --help");
        return 2;
}
