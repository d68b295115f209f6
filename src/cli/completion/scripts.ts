/** Shells that completion is written for. */
export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

/**
 * A script that lets a shell ask this program for the words that may come next. Each of its answers
 * is a word, a tab and what it means; the last line, a colon and a number, is for kubectl.
 */
export function completionScript(shell: Shell): string {
  switch (shell) {
    case "bash":
      return bash;
    case "zsh":
      return zsh;
    case "fish":
      return fish;
  }
}

const bash = `# bash completion for proxyfleet: source <(proxyfleet completion bash)
_proxyfleet() {
  local IFS=$'\\n' line
  COMPREPLY=()
  while IFS= read -r line; do
    [[ $line == :* ]] || COMPREPLY+=("\${line%%$'\\t'*}")
  done < <(proxyfleet __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _proxyfleet proxyfleet
`;

const zsh = `#compdef proxyfleet
# zsh completion for proxyfleet: source <(proxyfleet completion zsh)
_proxyfleet() {
  local line word
  local -a described
  while IFS= read -r line; do
    [[ $line == :* ]] && continue
    word=\${line%%$'\\t'*}
    described+=("\${word//:/\\\\:}:\${line#*$'\\t'}")
  done < <(proxyfleet __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)
  _describe proxyfleet described
}
(( $+functions[compdef] )) && compdef _proxyfleet proxyfleet
`;

const fish = `# fish completion for proxyfleet: proxyfleet completion fish | source
function __proxyfleet_complete
    set -l words (commandline -opc)[2..] (commandline -ct)
    proxyfleet __complete $words 2>/dev/null | string match -v ':*'
end
complete -c proxyfleet -f -a '(__proxyfleet_complete)'
`;
