import { readdirSync, readFileSync } from "node:fs";

/** Unit of Linux's kernel for programs. */
const TICKS_PER_SECOND = 100;

interface ProcessTimes {
  readonly parent: number;
  readonly ticks: number;
}

/**
 * CPU seconds of all processes that this one has started, and their children; undefined on systems other than
 * Linux. Unlike seconds of a clock they do not depend on the machine's other work.
 */
export function cpuSecondsOfChildren(): number | undefined {
  if (process.platform !== "linux") return undefined;
  const all = new Map<number, ProcessTimes>();
  for (const name of readdirSync("/proc")) {
    const times = /^\d+$/.test(name) ? timesOf(name) : undefined;
    if (times !== undefined) all.set(Number(name), times);
  }
  const isChild = (id: number): boolean => {
    const parent = all.get(id)?.parent;
    return parent !== undefined && (parent === process.pid || isChild(parent));
  };
  return [...all].reduce((sum, [id, { ticks }]) => (isChild(id) ? sum + ticks : sum), 0) / TICKS_PER_SECOND;
}

/** Undefined for a process that has ended since. */
function timesOf(id: string): ProcessTimes | undefined {
  try {
    const text = readFileSync(`/proc/${id}/stat`, "utf8");
    // The name, in parentheses, may hold anything; state, parent and, from the twelfth on, times follow.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    return { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) };
  } catch {
    return undefined;
  }
}
