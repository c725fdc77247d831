using Exeat.Api.Control;
using Exeat.Control.Http;
using Exeat.Control.People;
using Exeat.Control.Policies;
using Exeat.Control.Storage;
using Exeat.Policy;
using Microsoft.Data.Sqlite;

namespace Exeat.Control.Tests.Policies;

/// <summary>One person with several logins is no second person: whoever had a login in hand cannot be both the one who asks and the one who approves (decision 0034).</summary>
public sealed class OneHandTests : IDisposable
{
    private const string Needed = "second-person-needed";

    private readonly PolicyRoom _room = new();
    private readonly PasswordHash _passwords = new(64, 1);
    private readonly Accounts _accounts;
    private readonly Tokens _tokens;

    public OneHandTests()
    {
        var audit = new AuditLog(_room.Time);
        string folder = Path.GetDirectoryName(_room.Database.Path)!;
        _accounts = new Accounts(_room.Database, audit, _passwords, new FirstLogin(new ControlDocument { DataFolder = folder, People = [], Gateways = [] }), _room.Time);
        _tokens = new Tokens(_room.Database, audit, _room.Time);
        _room.Gateway("gw-1", "coding-1:coding");
        _room.Assign(PolicyRoom.Web, AssignmentTarget.Default);
        _room.Changes.Guard("coding", true, "customer code", PolicyRoom.Anna);
        // Anna and Dora are there from the machine; each owns her login.
        Make(Actor.Control, "anna", RoleWords.Every);
        Make(Actor.Control, "dora", RoleWords.Every);
    }

    private static Actor Dora => User("dora");

    [Fact]
    public void An_account_that_one_made_does_not_approve_what_one_asked_for()
    {
        Make(PolicyRoom.Anna, "puppet", Roles.Approver);
        string asked = Ask(PolicyRoom.Anna);
        Refused refused = Assert.Throws<Refused>(() => Approve(asked, User("puppet")));
        Assert.Equal(Needed, refused.Word);
        Assert.Equal("user:anna asked for this, and has had user:puppet in hand", refused.Message);
        Assert.Contains("exeat control users confirm puppet", refused.Remedy, StringComparison.Ordinal);
        Assert.Equal("user:puppet approval.refuse " + asked, _room.Audit()[^1]);
        // Somebody else's change is another matter.
        Approve(Ask(Dora), User("puppet"));
    }

    [Theory]
    [InlineData("the other way round")]
    [InlineData("two of them")]
    [InlineData("in the third row")]
    [InlineData("a token of one")]
    [InlineData("a token of a token")]
    [InlineData("an account by a token")]
    [InlineData("a new password")]
    [InlineData("the role approver")]
    [InlineData("let in again")]
    public async Task No_way_about_it_counts_as_another_person(string way)
    {
        Actor asker = PolicyRoom.Anna, approver = User("puppet");
        switch (way)
        {
            case "the other way round":
                Make(PolicyRoom.Anna, "puppet", Roles.Operator);
                (asker, approver) = (approver, asker);
                break;
            case "two of them":
                Make(PolicyRoom.Anna, "puppet", Roles.Approver);
                Make(PolicyRoom.Anna, "other", Roles.Operator);
                asker = User("other");
                break;
            case "in the third row":
                Make(PolicyRoom.Anna, "other", Roles.Admin);
                Make(User("other"), "next", Roles.Admin);
                Make(User("next"), "puppet", Roles.Approver);
                break;
            case "a token of one":
                Make(PolicyRoom.Anna, "puppet", Roles.Approver);
                asker = Token(PolicyRoom.Anna, "ci");
                break;
            case "a token of a token":
                asker = Token(Token(PolicyRoom.Anna, "maker"), "ci");
                approver = PolicyRoom.Anna;
                break;
            case "an account by a token":
                Make(Token(PolicyRoom.Anna, "maker"), "puppet", Roles.Approver);
                break;
            case "a new password":
                Make(Actor.Control, "puppet", Roles.Approver);
                await _accounts.ResetPasswordAsync(PolicyRoom.Anna, "PUPPET", TestContext.Current.CancellationToken);
                break;
            case "the role approver":
                Make(Actor.Control, "puppet", Roles.Viewer);
                _accounts.Change(PolicyRoom.Anna, "puppet", new UserChange { Roles = ["approver"] });
                break;
            default:
                Make(Actor.Control, "puppet", Roles.Approver);
                _accounts.Change(Dora, "puppet", new UserChange { Disabled = true });
                _accounts.Change(PolicyRoom.Anna, "puppet", new UserChange { Disabled = false });
                break;
        }
        Assert.Equal(Needed, Assert.Throws<Refused>(() => Approve(Ask(asker), approver)).Word);
    }

    [Fact]
    public void Another_approver_confirms_that_it_is_its_owners_and_nobody_in_whose_hands_it_is()
    {
        Make(PolicyRoom.Anna, "berta", Roles.Approver);
        Make(PolicyRoom.Anna, "puppet", Roles.Approver);
        Assert.Equal(["user:anna"], _accounts.Find("berta").InHandsOf);
        foreach (Actor same in (Actor[])[PolicyRoom.Anna, User("berta"), User("puppet"), User("BERTA")])
            Assert.Equal(Needed, Assert.Throws<Refused>(() => _accounts.Confirm(same, "berta")).Word);
        Assert.Equal("person-needed", Assert.Throws<Refused>(() => _accounts.Confirm(Token(Dora, "robot"), "berta")).Word);
        string asked = Ask(PolicyRoom.Anna);
        Assert.Throws<Refused>(() => Approve(asked, User("berta")));

        Assert.Empty(_accounts.Confirm(Dora, "Berta").InHandsOf);
        Assert.Equal("user:dora user.confirm berta", _room.Audit()[^1]);
        Approve(asked, User("berta"));
        // Each time she is in somebody's hands, again.
        _accounts.Change(PolicyRoom.Anna, "berta", new UserChange { Roles = ["approver", "viewer", "auditor"] });
        Approve(Ask(PolicyRoom.Anna), User("berta"));
        _accounts.Change(PolicyRoom.Anna, "berta", new UserChange { Roles = ["approver", "operator"] });
        Assert.Throws<Refused>(() => Approve(Ask(PolicyRoom.Anna), User("berta")));
    }

    [Fact]
    public async Task A_login_that_somebody_began_with_a_password_that_they_gave_does_not_outlive_the_confirmation()
    {
        CancellationToken cancel = TestContext.Current.CancellationToken;
        var identities = new LocalAccounts(_room.Database, _passwords);
        var sessions = new Sessions(_room.Database, new AuditLog(_room.Time), _room.Time, new ControlLimits());
        string given = MakeNew(PolicyRoom.Anna, "berta", Roles.Approver);
        // While its one-time password stands, whoever made it logs in with it.
        Assert.Equal(409, Assert.Throws<Refused>(() => _accounts.Confirm(Dora, "berta")).Status);
        Assert.Equal(409, Assert.Throws<Refused>(() => _accounts.Confirm(Actor.Control, "berta")).Status);
        var owner = new Credentials(_room.Database, _room.Time, new ControlLimits());
        Actor taken = Begin("berta");
        Identity underWay = (await identities.ProveAsync("berta", given, cancel))!;
        await _accounts.ChangePasswordAsync(Begin("berta"), new PasswordChange(given, "five cats and a coat"), identities, cancel);
        // What was proven by the old one begins nothing, and changes nothing.
        Assert.Equal("login-failed", Assert.Throws<Refused>(() => sessions.Begin(underWay, "198.51.100.7")).Word);
        Assert.Equal("login-needed", (await Assert.ThrowsAsync<Refused>(() => _accounts.ChangePasswordAsync(taken, new PasswordChange("five cats and a coat", "a password of another's"), identities, cancel))).Word);
        // Nor does a request that was let in before: its session is over when it comes to it.
        Actor held = Begin("berta");
        Assert.Empty(_accounts.Confirm(Dora, "berta").InHandsOf);
        string asked = Ask(PolicyRoom.Anna);
        Assert.Equal("login-needed", Assert.Throws<Refused>(() => Approve(asked, held)).Word);
        Assert.Equal("login-needed", Assert.Throws<Refused>(() => _accounts.Confirm(held, "anna")).Word);
        Assert.Equal("login-needed", Assert.Throws<Refused>(() => Ask(held)).Word);
        // The control: a session that stands approves; one whose account lost the role does not.
        Actor stands = Begin("berta");
        _accounts.Change(Dora, "berta", new UserChange { Roles = ["viewer"] });
        Assert.Equal("role-needed", Assert.Throws<Refused>(() => Approve(asked, stands)).Word);
        _accounts.Change(Actor.Control, "berta", new UserChange { Roles = ["approver"] });
        Approve(asked, stands);

        Actor Begin(string name)
        {
            Session begun = sessions.Begin(new Identity(name, RoleWords.Every, false), "198.51.100.7");
            return owner.Check("Bearer " + begun.Token)! with { MustChangePassword = false };
        }
    }

    [Fact]
    public void A_token_that_ended_changes_nothing_that_was_under_way()
    {
        Actor revoked = new("token:revoked", RoleWords.Every), over = Token(Actor.Control, "over"), viewer = new("token:viewer", RoleWords.Every);
        ApiToken made = _tokens.Create(Actor.Control, new NewToken("revoked", RoleWords.Of(RoleWords.Every), 90)).Token;
        _tokens.Create(Actor.Control, new NewToken("viewer", ["viewer"], 90));
        // The control: while they stand they ask and publish.
        foreach (Actor stands in (Actor[])[revoked, over]) Approve(Ask(stands), PolicyRoom.Anna);
        _tokens.Revoke(Actor.Control, made.Id);
        _room.Time.Advance(TimeSpan.FromDays(30));
        foreach ((Actor actor, string word) in ((Actor, string)[])[(revoked, "login-needed"), (over, "login-needed"), (viewer, "role-needed")])
        {
            Action[] changes =
            [
                () => Ask(actor),
                () => _tokens.Create(actor, new NewToken("next", ["admin"], 366)),
                () => _accounts.Change(actor, "dora", new UserChange { Disabled = true }),
                () => _room.Publish(PolicyRoom.Web + "# another\n", actor: actor),
                () => _room.Changes.Guard("research", true, "because", actor),
            ];
            foreach (Action change in changes) Assert.Equal(word, Assert.Throws<Refused>(change).Word);
        }
    }

    [Fact]
    public void Who_may_have_asked_stays_whoever_confirms_the_login_later()
    {
        Make(PolicyRoom.Anna, "carla", Roles.Operator);
        string asked = Ask(User("carla"));
        _accounts.Confirm(Dora, "carla");
        Assert.Equal(Needed, Assert.Throws<Refused>(() => Approve(asked, PolicyRoom.Anna)).Word);
        Approve(Ask(User("carla")), PolicyRoom.Anna);
    }

    [Fact]
    public void With_one_admin_the_first_approver_is_confirmed_at_the_machine()
    {
        Make(PolicyRoom.Anna, "berta", Roles.Approver);
        Assert.Empty(_accounts.Confirm(Actor.Control, "berta").InHandsOf);
        Assert.Equal("control user.confirm berta", _room.Audit()[^1]);
        Approve(Ask(PolicyRoom.Anna), User("berta"));
        // From then on she confirms others.
        Make(PolicyRoom.Anna, "emil", Roles.Approver);
        _accounts.Confirm(User("berta"), "emil");
        Approve(Ask(PolicyRoom.Anna), User("emil"));
    }

    public void Dispose()
    {
        _passwords.Dispose();
        _room.Dispose();
    }

    private static Actor User(string name) => new("user:" + name, RoleWords.Every);

    // Its owner has set a password of their own.
    private void Make(Actor by, string name, Roles roles)
    {
        MakeNew(by, name, roles);
        _room.Database.Change(change => change.Run("UPDATE users SET must_change = 0 WHERE name = $name", ("$name", name)));
    }

    private string MakeNew(Actor by, string name, Roles roles) =>
        _accounts.CreateAsync(by, new NewUser(name, RoleWords.Of(roles)), TestContext.Current.CancellationToken).GetAwaiter().GetResult().Password;

    private Actor Token(Actor by, string name)
    {
        _tokens.Create(by, new NewToken(name, RoleWords.Of(RoleWords.Every), 30));
        return new Actor("token:" + name, RoleWords.Every);
    }

    private string Ask(Actor actor)
    {
        var window = new PolicyWindowRequest { Classes = ["coding"], Minutes = 5, Reason = "because" };
        return _room.Desk.Open(PolicyWindow.Monitor, window, actor).Approval!;
    }

    private void Approve(string id, Actor approver)
    {
        ApprovalEntry entry;
        using (SqliteConnection connection = _room.Database.Open()) entry = Approvals.Find(connection, id)!;
        Assert.Equal("done", _room.Changes.Approve(id, new ApprovalDecision(entry.Hash, "fine"), approver).State);
    }
}
