import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { ResidentAnswer, ResidentTask } from "./resident.ts";

const SCRIPT = fileURLToPath(new URL("resident.ts", import.meta.url));

/** A process that runs one task after the other. It starts with the first task that repeats another's kind. */
export interface Resident {
  /** Whether it runs the next task of this kind: not the first one, unless that is shown elsewhere, and none beside another. */
  takes(task: string): boolean;
  /** Runs a command line. Rejects where the process is killed, or the task takes longer than `limitMs`. */
  run(task: ResidentTask, limitMs: number): Promise<ResidentAnswer>;
  close(): Promise<void>;
}

export function createResident(
  shown: readonly string[],
  surroundings: () => { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Resident {
  const seen = new Set(shown);
  let child: ChildProcess | undefined;
  let isBusy = false;

  const answerOf = async (from: ChildProcess, signal: AbortSignal): Promise<ResidentAnswer> => {
    const [answer] = (await once(from, "message", { signal })) as [ResidentAnswer];
    return answer;
  };
  const stop = async (): Promise<void> => {
    const ending = child;
    child = undefined;
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return;
    const closed = once(ending, "close");
    ending.kill("SIGKILL");
    await closed;
  };
  return {
    takes(task) {
      const isFirst = !seen.has(task);
      seen.add(task);
      return !isFirst && !isBusy;
    },
    async run(task, limitMs) {
      isBusy = true;
      const signal = AbortSignal.timeout(limitMs);
      try {
        if (child?.connected !== true) {
          child = fork(SCRIPT, { ...surroundings(), execArgv: [], stdio: ["ignore", "inherit", "inherit", "ipc"] });
          await answerOf(child, signal);
        }
        const answered = answerOf(child, signal);
        child.send(task);
        const answer = await answered;
        if (answer.ends) await stop();
        return answer;
      } catch (error) {
        await stop();
        throw error;
      } finally {
        isBusy = false;
      }
    },
    close: stop,
  };
}
