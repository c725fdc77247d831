using Exeat.Lab.Topology;

namespace Exeat.Lab.World;

/// <summary>A small Git repository, laid out so that plain files over HTTP are enough to clone it.</summary>
public static class LabRepository
{
    /// <summary>Makes <c>lab.git</c> in the state folder.</summary>
    public static Task CreateAsync(LabState state) => Subprocess.DemandAsync(["sh", "-eu"], $"""
        export HOME='{state.Scratch}' GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=lab GIT_AUTHOR_EMAIL=lab@example.org
        export GIT_COMMITTER_NAME=lab GIT_COMMITTER_EMAIL=lab@example.org
        cd '{state.Git}'
        git init -q -b main lab
        cd lab
        echo 'fetched through the gateway' > README
        git add README
        git commit -q -m 'a file'
        cd ..
        git clone -q --bare lab lab.git
        git -C lab.git update-server-info
        rm -rf lab
        """);
}
