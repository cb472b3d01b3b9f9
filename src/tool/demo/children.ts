import type { ChildProcess } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { constants } from "node:os";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Does work that starts processes, such as a compiler. A signal that ends this process before the work is done ends them with it:
 * they would continue alone.
 */
export async function withChildrenEnded<T>(work: () => Promise<T>): Promise<T> {
  const children = new Set<ChildProcess>();
  const onStart = (message: unknown): void => void children.add((message as { readonly process: ChildProcess }).process);
  const end = (signal: NodeJS.Signals): never => {
    for (const child of children) child.kill("SIGKILL");
    process.exit(128 + constants.signals[signal]);
  };
  subscribe("child_process", onStart);
  for (const signal of SIGNALS) process.on(signal, end);
  try {
    return await work();
  } finally {
    for (const signal of SIGNALS) process.off(signal, end);
    unsubscribe("child_process", onStart);
  }
}
