using Exeat.Lab.Catalogue;
using Exeat.Lab.Tests.Labs;

namespace Exeat.Lab.Tests.Catalogue;

/// <summary>Every attack of the catalogue (docs/escapes.md), by its id, in each family and column.</summary>
public sealed class EscapeTests(CatalogueLabs labs) : IClassFixture<CatalogueLabs>
{
    public static IEnumerable<TheoryDataRow<string, int>> All() => Rows(_ => true);

    public static IEnumerable<TheoryDataRow<string, int>> WithControl() => Rows(a => a.NoControl.Length == 0);

    public static IEnumerable<TheoryDataRow<string, int>> WithSabotage() => Rows(a => a.NoSabotage.Length == 0);

    [Theory, MemberData(nameof(All))]
    public void Is_contained_and_recorded(string id, int family) => Check(id, family, row => row.Contained, CatalogueRow.IsContained);

    [Theory, MemberData(nameof(WithControl))]
    public void Arrives_where_it_is_permitted(string id, int family) => Check(id, family, row => row.Control, CatalogueRow.HasArrived);

    [Theory, MemberData(nameof(WithSabotage))]
    public void Escapes_without_the_gateway(string id, int family) => Check(id, family, row => row.Sabotage, CatalogueRow.Escaped);

    private void Check(string id, int family, Func<CatalogueRow, string> column, string due)
    {
        Assert.SkipUnless(TestSpaces.Fresh, TestSpaces.WhyNot);
        CatalogueRow row = Assert.Single(labs.Report!.Attacks, a => a.Id == id && a.Family == family);
        Assert.True(column(row) == due, $"{column(row)}: {row.Note} (rule {row.Rule}, reason {row.Reason})");
    }

    private static IEnumerable<TheoryDataRow<string, int>> Rows(Func<Attack, bool> fits) =>
        AttackCatalogue.Attacks.Where(fits).SelectMany(a => a.Families.Select(f => new TheoryDataRow<string, int>(a.Id, f)));
}
