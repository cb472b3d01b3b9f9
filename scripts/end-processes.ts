import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { constants } from "node:os";

/** Ends this process by a signal as others end by it, and with it all that it has started: a run that is ended leaves nothing running. */
export function endAllWithThisProcess(): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(signal, () => {
      for (const pid of stoppedBelow(process.pid)) send(pid, "SIGKILL");
      process.exit(128 + constants.signals[signal]);
    });
}

/** Ends a process with all that it has started, and what those have. */
export function endTree(pid: number): void {
  send(pid, "SIGSTOP");
  for (const one of [...stoppedBelow(pid), pid]) send(one, "SIGKILL");
}

/** All processes below one. They stand still: a child of one that ended first would not be known as its own any more. */
function stoppedBelow(top: number): ReadonlySet<number> {
  const stopped = new Set<number>();
  for (let found = -1; found < stopped.size;) {
    found = stopped.size;
    for (const [pid, parent] of parents())
      if ((parent === top || stopped.has(parent)) && !stopped.has(pid)) {
        send(pid, "SIGSTOP");
        stopped.add(pid);
      }
  }
  return stopped;
}

/** Each process of the system with the one that started it; none on Windows, which has no such list of its own. */
function parents(): readonly (readonly [pid: number, parent: number])[] {
  if (process.platform === "linux") return readdirSync("/proc").flatMap(parentInProc);
  const { stdout } = spawnSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" });
  const lines = (stdout ?? "").trim().split("\n");
  return lines.map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
}

function parentInProc(name: string): readonly (readonly [pid: number, parent: number])[] {
  if (!/^\d+$/.test(name)) return [];
  try {
    const stat = readFileSync(`/proc/${name}/stat`, "utf8");
    // proc(5): behind the name, which may have spaces, the state and then the parent.
    return [[Number(name), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1])]];
  } catch {
    // It has ended meanwhile.
    return [];
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}
