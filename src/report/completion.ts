import type { Shell } from "../core/command-line/shells.ts";

/**
 * The program that kubectl's own completion asks, to be saved on the PATH: `kubectl_complete-meshreg`,
 * on Windows (powershell) with `.cmd` behind.
 */
export function completionShim(shell: Shell): string {
	return shell === "powershell"
		? "@echo off\r\nkubectl meshreg __complete %*\r\n"
		: '#!/bin/sh\nexec kubectl meshreg __complete "$@"\n';
}

/** The script that a shell is to source. It asks the program itself, as kubectl's completion does. */
export const COMPLETION_SCRIPTS: Record<Shell, string> = {
	bash: `# bash completion for kubectl meshreg; load it after kubectl's own.

# Sets REPLY to a word as the shell will pass it: without its quotes, a leading ~ or variable replaced.
# Whatever else stands in it is never run.
_kubectl_meshreg_word() {
    local flag= quote name
    REPLY=$1
    if [[ $1 == -*=* ]]; then flag=\${1%%=*}= REPLY=\${1#*=}; fi
    quote=\${REPLY:0:1}
    if [[ $quote == [\\"\\'] ]]; then
        REPLY=\${REPLY#?}
        REPLY=\${REPLY%"$quote"}
    else
        REPLY=\${REPLY//\\\\/}
        if [[ ! $flag && ($REPLY == "~" || $REPLY == "~/"*) ]]; then REPLY=$HOME\${REPLY#"~"}; fi
    fi
    if [[ $quote != \\' && $REPLY =~ ^\\$([A-Za-z_][A-Za-z_0-9]*)(.*)$ ]]; then
        name=\${BASH_REMATCH[1]}
        REPLY=\${!name}\${BASH_REMATCH[2]}
    fi
    REPLY=$flag$REPLY
}

_kubectl_meshreg() {
    local program=(kubectl-meshreg) at=1
    if [[ \${COMP_WORDS[0]##*/} != kubectl-meshreg ]]; then
        program=(kubectl meshreg) at=2
    fi
    # bash takes = and : for the ends of words: join what was one word.
    local words=() word glue=
    for word in "\${COMP_WORDS[@]:at:COMP_CWORD-at+1}"; do
        if [[ $word == [=:]* && \${#words[@]} -gt 0 ]]; then
            words[-1]+=$word glue=1
        elif [[ $glue ]]; then
            words[-1]+=$word glue=
        else
            words+=("$word")
        fi
    done
    [[ \${#words[@]} -gt 0 ]] || words=("")
    local REPLY
    for at in "\${!words[@]}"; do
        _kubectl_meshreg_word "\${words[at]}"
        words[at]=$REPLY
    done
    local typed=\${words[-1]} line lines=() directive=0
    while IFS= read -r line; do
        lines+=("\${line%%$'\\t'*}")
    done < <("\${program[@]}" __complete "\${words[@]}" 2>/dev/null)
    if [[ \${#lines[@]} -gt 0 && \${lines[-1]} == :* ]]; then
        directive=\${lines[-1]#:}
        unset 'lines[-1]'
    fi
    # What stands before the last = or : is not part of the word that bash replaces.
    local cut=\${typed%"\${typed##*[=:]}"}
    case $cut in -*=*) cut=\${cut#*=} ;; esac
    COMPREPLY=()
    for line in "\${lines[@]}"; do
        COMPREPLY+=("\${line#"$cut"}")
    done
    if ((directive & 2)); then compopt -o nospace; fi
    if ((directive & 4)); then compopt +o default; else compopt -o default; fi
}

_kubectl_or_meshreg() {
    if [[ \${COMP_WORDS[1]} == meshreg ]] && ((COMP_CWORD > 1)); then
        _kubectl_meshreg
    elif declare -F __start_kubectl >/dev/null; then
        __start_kubectl "$@"
    fi
}

complete -F _kubectl_meshreg kubectl-meshreg
complete -o default -F _kubectl_or_meshreg kubectl
`,
	zsh: `#compdef kubectl-meshreg
# zsh completion for kubectl meshreg; load it after compinit and kubectl's own.

_kubectl_meshreg() {
    local -a program lines values typed
    local line word name directive=0
    program=(kubectl-meshreg)
    if [[ \${words[1]:t} != kubectl-meshreg ]]; then
        program=(kubectl meshreg)
        shift words
        ((CURRENT--))
    fi
    # Each word as the shell will pass it: without its quotes, a leading ~ or variable replaced. Nothing is run.
    for word in "\${(@)words[2,CURRENT]}"; do
        if [[ $word == \\~ || $word == \\~/* ]]; then
            word=$HOME\${word#\\~}
        elif [[ $word == (\\"|)\\$[A-Za-z_]* ]]; then
            word=\${\${word#\\"}%\\"}
            name=\${\${word#\\$}%%[^A-Za-z_0-9]*}
            word=\${(P)name}\${word#\\$$name}
        fi
        typed+=("\${(Q)word}")
    done
    # A quote that is still open.
    typed[-1]=\${typed[-1]#[\\"\\']}
    lines=("\${(@f)$($program __complete "\${(@)typed}" 2>/dev/null)}")
    if [[ \${lines[-1]} == :* ]]; then
        directive=\${lines[-1]#:}
        lines[-1]=()
    fi
    if [[ \${words[CURRENT]} == -*=* ]]; then compset -P '*='; fi
    local tab=$'\\t'
    for line in "\${lines[@]}"; do
        if [[ $line == *$tab* ]]; then
            values+=("\${\${line%%$tab*}//:/\\\\:}:\${line#*$tab}")
        else
            values+=("\${line//:/\\\\:}")
        fi
    done
    if ((\${#values})); then
        _describe -t values value values
    elif ((!(directive & 4))); then
        _files
    fi
}

_kubectl_or_meshreg() {
    if [[ \${words[2]} == meshreg ]] && ((CURRENT > 2)); then
        _kubectl_meshreg
    elif ((\${+functions[_kubectl]})); then
        _kubectl "$@"
    fi
}

compdef _kubectl_meshreg kubectl-meshreg
compdef _kubectl_or_meshreg kubectl
`,
	fish: `# fish completion for kubectl meshreg.

function __kubectl_meshreg_complete
    # As fish will pass them: without their quotes, a leading ~ or variable replaced. Nothing is run.
    set -l typed (string replace -r -- '^["\\']' '' (commandline -ct) | string replace -r -- '["\\']$' '')
    set -l words
    for word in (commandline -opc) "$typed"
        if string match -qr '^~(/|$)' -- $word
            set word $HOME(string sub -s 2 -- $word)
        else if set -l found (string match -r -- '^\\$([A-Za-z_][A-Za-z_0-9]*)(.*)$' $word)
            set -l name $found[2]
            set word "$$name$found[3]"
        end
        set -a words "$word"
    end
    set -l program kubectl-meshreg
    if not string match -q '*kubectl-meshreg' -- $words[1]
        set program kubectl meshreg
        set -e words[1]
    end
    set -e words[1]
    set -l lines ($program __complete $words 2>/dev/null)
    set -l flag (string match -r -- '^-[^=]*=' "$typed")
    for line in $lines[1..-2]
        echo -- "$flag$line"
    end
    if test "$lines[-1]" = :0
        __fish_complete_path (string replace -r -- '^-[^=]*=' '' "$typed")
    end
end

complete -c kubectl-meshreg -f -a '(__kubectl_meshreg_complete)'
complete -c kubectl -n '__fish_seen_subcommand_from meshreg' -f -a '(__kubectl_meshreg_complete)'
`,
	powershell: `# PowerShell completion for kubectl-meshreg. For kubectl meshreg, save the output of
# kubectl meshreg completion powershell --shim as kubectl_complete-meshreg.cmd on the PATH.

Register-ArgumentCompleter -Native -CommandName kubectl-meshreg -ScriptBlock {
    param($typed, $line, $cursor)
    $words = @($line.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.EndOffset -lt $cursor } | ForEach-Object { "$_" })
    $flag = if ($typed -match '^-[^=]*=') { $Matches[0] } else { '' }
    # PowerShell drops an empty argument to a program unless it is quoted.
    $last = if ($typed -eq '' -and $PSNativeCommandArgumentPassing -in $null, 'Legacy') { '""' } else { $typed }
    kubectl-meshreg __complete @words $last 2>$null | Where-Object { $_ -notmatch '^:\\d+$' } | ForEach-Object {
        $value, $about = $_ -split "\`t", 2
        [System.Management.Automation.CompletionResult]::new("$flag$value", $value, 'ParameterValue', $(if ($about) { $about } else { $value }))
    }
}
`,
};
