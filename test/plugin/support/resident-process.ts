import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { ResidentAnswer, ResidentTask } from "./resident.ts";

const SCRIPT = fileURLToPath(new URL("resident.ts", import.meta.url));

/** A process that runs one task after the other. It starts with the first task that repeats another's kind. */
export interface Resident {
  /**
   * True if it runs the next task of this kind: not the first one, unless another test covers that, and none
   * while another one runs.
   */
  takes(task: string): boolean;
  /** Runs a command line. Rejects if the process is killed. */
  run(task: ResidentTask): Promise<ResidentAnswer>;
  close(): Promise<void>;
}

export function createResident(
  shown: readonly string[],
  surroundings: () => { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Resident {
  const seen = new Set(shown);
  let child: ChildProcess | undefined;
  let isBusy = false;

  const answerOf = async (from: ChildProcess): Promise<ResidentAnswer> => {
    const { promise, resolve, reject } = Promise.withResolvers<ResidentAnswer>();
    const onExit = (code: number | null): void => reject(new Error(`the process of tasks ended with ${String(code)}`));
    from.once("message", (answer: ResidentAnswer) => resolve(answer)).once("exit", onExit);
    return promise.finally(() => from.off("exit", onExit));
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
    async run(task) {
      isBusy = true;
      try {
        if (child?.connected !== true) {
          child = fork(SCRIPT, { ...surroundings(), execArgv: [], stdio: ["ignore", "inherit", "inherit", "ipc"] });
          await answerOf(child);
        }
        const answered = answerOf(child);
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
