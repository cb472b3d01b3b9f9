import type { ChildProcess } from "node:child_process";
import { endChild, letEnd, startChild } from "../../../ground/runtime/child-process.ts";
import type { FromGuardian, ChainToGuard, GuardianStart, ToGuardian } from "./guardian-messages.ts";

/** The compiled package runs `.js`, a checkout runs `.ts`. */
const MAIN = new URL(import.meta.url.endsWith(".ts") ? "./main.ts" : "./main.js", import.meta.url);

/** A guardian in a separate process. */
export class GuardianProcess {
  readonly url: string;
  readonly #child: ChildProcess;
  #tail: Promise<unknown> = Promise.resolve();

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#child = child;
  }

  /** Starts a guardian, which continues from its folder. Rejects with an Error that has the reason of the process. */
  static async start(start: GuardianStart): Promise<GuardianProcess> {
    const child = startChild(MAIN);
    const answer = await request(child, { type: "start", start });
    if ("url" in answer) {
      letEnd(child);
      return new GuardianProcess(answer.url, child);
    }
    await endChild(child, "SIGKILL");
    throw new Error(`a guardian did not start: ${answer.reason}`);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Stores and signs this chain from now on. Rejects with an Error that has the reason of the process. */
  async guard(chain: ChainToGuard): Promise<void> {
    const answered = this.#tail.then(async () => {
      // This process does not end before the answer.
      this.#child.channel?.ref();
      const answer = await request(this.#child, { type: "guard", chain });
      this.#child.channel?.unref();
      return answer;
    });
    this.#tail = answered;
    const answer = await answered;
    if ("reason" in answer) throw new Error(`the guardian at ${this.url} does not guard ${chain.hyperchain}: ${answer.reason}`);
  }

  /** Ends the process as a crash does: the data of its signatures are on disk. */
  close(): Promise<void> {
    return endChild(this.#child, "SIGKILL");
  }
}

function request(child: ChildProcess, message: ToGuardian): Promise<FromGuardian> {
  return new Promise((resolve) => {
    const answer = (from: FromGuardian): void => {
      child.off("message", onMessage);
      child.off("error", onError);
      child.off("exit", onExit);
      resolve(from);
    };
    const onMessage = (from: unknown): void => answer(from as FromGuardian);
    const onError = (error: Error): void => answer({ reason: error.message });
    const onExit = (code: number | null, signal: string | null): void =>
      answer({ reason: `it ended with ${signal ?? `code ${code}`}` });
    if (!child.connected) {
      resolve({ reason: "its process has ended" });
      return;
    }
    child.on("message", onMessage);
    child.on("error", onError);
    child.on("exit", onExit);
    child.send(message, () => undefined);
  });
}
