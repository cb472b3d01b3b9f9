import { fork } from "node:child_process";
import type { GuardianStart, GuardianStarted } from "./guardian-messages.ts";

/** The compiled package runs `.js`, a checkout runs `.ts`. */
const MAIN = new URL(import.meta.url.endsWith(".ts") ? "./main.ts" : "./main.js", import.meta.url);

/** A guardian in a separate process. */
export interface GuardianProcess {
  readonly url: string;
  readonly pid: number | undefined;
  /** Ends the process as a crash does: the data of its signatures are on disk. */
  close(): Promise<void>;
}

/** Starts a guardian, which continues from its folder. Rejects with an Error that has the reason of the process. */
export async function startGuardian(start: GuardianStart): Promise<GuardianProcess> {
  // Advanced: whole numbers travel unchanged.
  const child = fork(MAIN, [], { serialization: "advanced", execArgv: [], stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const close = async (): Promise<void> => {
    child.kill("SIGKILL");
    await exited;
  };
  const started = await new Promise<GuardianStarted>((resolve) => {
    child.once("message", (message) => resolve(message as GuardianStarted));
    child.once("error", (error) => resolve({ reason: error.message }));
    child.once("exit", (code, signal) => resolve({ reason: `it ended with ${signal ?? `code ${code}`}` }));
    child.send(start, () => undefined);
  });
  if ("reason" in started) {
    await close();
    throw new Error(`a guardian did not start: ${started.reason}`);
  }
  child.unref();
  child.channel?.unref();
  return { url: started.url, pid: child.pid, close };
}
