import { fork, type ChildProcess } from "node:child_process";

/** Starts a module as a process. Messages can have whole numbers and bytes; errors appear in this process' output. */
export function startChild(module: URL, args: readonly string[] = []): ChildProcess {
  return fork(module, args, { serialization: "advanced", execArgv: [], stdio: ["ignore", "ignore", "inherit", "ipc"] });
}

/** Lets this process end while the child runs. */
export function letEnd(child: ChildProcess): void {
  child.unref();
  child.channel?.unref();
}

/** Ends a child by a signal. Resolves when it has exited. */
export async function endChild(child: ChildProcess, signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.ref();
  child.kill(signal);
  await exited;
}
