"""`vidra completion`: what makes a shell complete commands, options, contexts and names."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from vidra.cli.parsing import Argument
from vidra.cli.terminal import echo


class Shell(StrEnum):
    """A shell that can."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


_SCRIPTS = {
    Shell.BASH: """\
_vidra() {
    local IFS=$'\\n'
    COMPREPLY=($(vidra __complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _vidra vidra""",
    Shell.ZSH: """\
#compdef vidra
_vidra() {
    local -a found
    found=("${(@f)$(vidra __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    compadd -- ${found:#}
}
compdef _vidra vidra""",
    Shell.FISH: """\
complete -c vidra -f -a '(vidra __complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'""",
}


def completion(shell: Annotated[Shell, Argument(help="Your shell.")]) -> None:
    """Write a script that makes the shell complete commands, options, contexts and names of syncs.

    In bash: `source <(vidra completion bash)`, at once or in ~/.bashrc. In zsh the same, after compinit. In fish:
    `vidra completion fish | source`.

    Example: vidra completion bash > ~/.local/share/bash-completion/completions/vidra
    """
    echo(_SCRIPTS[shell])


def complete_words(words: Annotated[list[str] | None, Argument(help="The words so far.")] = None) -> None:
    """Write what may follow, one on each line; the last word may be empty."""
    from vidra.cli.main import PROGRAM, app
    from vidra.cli.parsing.complete import complete

    for found in complete(app, PROGRAM, words or [""]):
        echo(found)
