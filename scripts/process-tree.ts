import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** A process of the system. */
export interface SystemProcess {
  readonly pid: number;
  readonly parent: number;
  /** CPU seconds of the process, and on Linux also of its ended children. */
  readonly cpuSeconds: number;
}

/** Linux's clock ticks in a second, as programs see them. */
const TICKS = 100;

/** Lists all processes of the system. Empty on Windows, which has neither `/proc` nor `ps`. */
export function systemProcesses(): readonly SystemProcess[] {
  if (process.platform === "linux") return readdirSync("/proc").flatMap(processInProc);
  const { stdout } = spawnSync("ps", ["-A", "-o", "pid=,ppid=,time="], { encoding: "utf8" });
  return parsePs(stdout ?? "");
}

/** CPU seconds of a process and of all its descendants; `undefined` if it is not in the list. */
export function treeCpuSeconds(top: number, processes: readonly SystemProcess[]): number | undefined {
  const found = processes.find(({ pid }) => pid === top);
  if (found === undefined) return undefined;
  let sum = 0;
  for (let level = [found]; level.length > 0;) {
    sum += level.reduce((seconds, { cpuSeconds }) => seconds + cpuSeconds, 0);
    const pids = new Set(level.map(({ pid }) => pid));
    level = processes.filter(({ parent }) => pids.has(parent));
  }
  return sum;
}

/** Parses lines of `ps` with process, parent and time, such as `12 1 1-02:03:04` or `12 1 3:04.05`. */
export function parsePs(output: string): readonly SystemProcess[] {
  return output
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(({ length }) => length === 3)
    .map(([pid, parent, time = ""]) => ({ pid: Number(pid), parent: Number(parent), cpuSeconds: secondsOf(time) }));
}

/** Seconds of `[[days-]hours:]minutes:seconds`. */
function secondsOf(time: string): number {
  const [clock = "", days = "0"] = time.split("-").reverse();
  return Number(days) * 86_400 + clock.split(":").reduce((seconds, part) => 60 * seconds + Number(part), 0);
}

function processInProc(name: string): readonly SystemProcess[] {
  if (!/^\d+$/.test(name)) return [];
  try {
    const stat = readFileSync(`/proc/${name}/stat`, "utf8");
    // proc(5): after the name, which may contain spaces, fields 3 and on. Field 4 is the parent; 14 to 17 are the user and
    // system times of the process and of its ended children.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const ticks = [14, 15, 16, 17].reduce((sum, field) => sum + Number(fields[field - 3]), 0);
    return [{ pid: Number(name), parent: Number(fields[4 - 3]), cpuSeconds: ticks / TICKS }];
  } catch {
    // The process has ended in the meantime.
    return [];
  }
}
