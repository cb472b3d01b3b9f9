import { constants } from "node:os";
import { systemProcesses } from "./process-tree.ts";

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
    for (const { pid, parent } of systemProcesses())
      if ((parent === top || stopped.has(parent)) && !stopped.has(pid)) {
        send(pid, "SIGSTOP");
        stopped.add(pid);
      }
  }
  return stopped;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}
