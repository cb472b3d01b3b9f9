// Imported before every test file of `npm test`: notes the CPU time that the file took, for the run's report, and which process it is.
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { isMainThread } from "node:worker_threads";

/** The variable that names the folder for these notes. */
export const CPU_FOLDER = "TEST_CPU_FOLDER";

/** Linux's clock ticks in a second, as programs see them. */
const TICKS = 100;

/**
 * CPU seconds of this process so far, and, on Linux, of the processes that it started and that have ended. What it left running,
 * and what other systems' processes started, is not in it.
 */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6 + ofEndedProcesses();
}

/** Notes what a test file took, where a run asks for it. */
export function noteCpuSeconds(file: string, seconds: number): void {
  const folder = process.env[CPU_FOLDER];
  if (folder !== undefined) writeFileSync(join(folder, noteOf(file)), String(seconds));
}

/** The note of a test file: undefined where its process was killed. */
export function notedCpuSeconds(folder: string, file: string): number | undefined {
  try {
    return Number(readFileSync(join(folder, noteOf(file)), "utf8"));
  } catch {
    return undefined;
  }
}

/** The process that runs what it was given as its script; undefined where it has not come so far. */
export function notedProcess(folder: string, script: string): number | undefined {
  try {
    return Number(readFileSync(join(folder, processNoteOf(script)), "utf8"));
  } catch {
    return undefined;
  }
}

function ofEndedProcesses(): number {
  let stat: string;
  try {
    stat = readFileSync("/proc/self/stat", "utf8");
  } catch {
    return 0;
  }
  // proc(5): behind the name, which may have spaces, fields 3 and on; 16 and 17 are the user and system time of ended children.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[16 - 3]) + Number(fields[17 - 3])) / TICKS;
}

/** Test files of different folders may have one name. */
function noteOf(file: string): string {
  return file.replaceAll(/[\\/:]/g, "_").slice(-200);
}

function processNoteOf(script: string): string {
  return `${noteOf(script)}.pid`;
}

const [, script = ""] = process.argv;
const folder = process.env[CPU_FOLDER];
// What a test starts with its own arguments has another script.
if (isMainThread && folder !== undefined) writeFileSync(join(folder, processNoteOf(script)), String(process.pid));
if (isMainThread && basename(script).includes(".test.")) process.on("exit", () => noteCpuSeconds(script, cpuSeconds()));
