import { spawn } from "node:child_process";
import { Socket } from "node:net";
import type { ChildProcess } from "node:child_process";

/**
 * Sees to it that nothing outlives the program that started it, however that program ends: normally, on Ctrl-C,
 * by a crash, or by `kill -9`.
 */
export interface Guard {
  /** From now on the process group led by `pid` dies with this program. */
  watch(pid: number): void;
  forget(pid: number): void;
  /** Lets go: what is watched lives on after this program. */
  release(): void;
}

/**
 * The guard is a shell that reads words from a pipe whose other end only this program holds. When the program
 * ends, whatever the reason, the system closes the pipe, and the shell does its work. Processes killed with
 * SIGKILL may hold files open for a moment longer, hence the repeated removal.
 */
const script = `
pids=
while read -r word pid; do
  case $word in
    watch) pids="$pids $pid" ;;
    forget)
      kept=
      for each in $pids; do [ "$each" = "$pid" ] || kept="$kept $each"; done
      pids=$kept ;;
    release) exit 0 ;;
  esac
done
for each in $pids; do kill -s KILL -- "-$each" 2>/dev/null; done
[ -z "$1" ] || rm -rf -- "$1" 2>/dev/null || { sleep 1; rm -rf -- "$1"; }
`;

/** Starts a guard; with `directory`, that folder is removed too when the program ends unreleased. */
export function startGuard(options: { readonly directory?: string } = {}): Guard {
  const shell = spawn("/bin/sh", ["-c", script, "statefun-guard", options.directory ?? ""], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true, // a process group of its own, or Ctrl-C would end the guard together with the program
  });
  shell.on("error", () => undefined);
  shell.unref();
  const tell = pipeTo(shell);
  return {
    watch: (pid) => {
      tell(`watch ${String(pid)}\n`);
    },
    forget: (pid) => {
      tell(`forget ${String(pid)}\n`);
    },
    release: () => {
      tell("release 0\n");
    },
  };
}

function pipeTo(shell: ChildProcess): (line: string) => void {
  const { stdin } = shell;
  if (stdin === null) throw new Error("the guard was started with a pipe");
  stdin.on("error", () => undefined); // the guard has gone: nothing is left to tell it
  if (stdin instanceof Socket) stdin.unref(); // or the program would never end by itself
  return (line) => {
    stdin.write(line);
  };
}
