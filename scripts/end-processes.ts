import { constants } from "node:os";
import { systemProcesses } from "./process-tree.ts";

/**
 * Ends this process by the signal's default action, and all processes that it has started, so that an
 * interrupted run leaves nothing running.
 */
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

/**
 * Stops all processes below one, and returns them. If they ran on, the child of an ended process would lose
 * its link to this one.
 */
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
