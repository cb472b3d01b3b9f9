import { spawn } from "node:child_process";
import {
  createWriteStream,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { COLLECTED, REPLAY_VARIABLE } from "./collecting.ts";
import { type AskedDepths, depthsOf } from "./depths.ts";
import { BatchJudge, type Collected } from "./judge.ts";
import { differences, type ReplayedBatch } from "./outcomes.ts";
import { isReplayed } from "./replayed-files.ts";

/** Depths by turns of the files; the machine runs all other batches. Chains that name no execution are proven. */
export interface ReplayOptions extends AskedDepths {
  /** Test files, relative to the repository; none: all of the suite. */
  readonly files: readonly string[];
  /** Folder of finished results; undefined: in a new folder. */
  readonly folder: string | undefined;
  readonly workers: number;
  readonly say: (line: string) => void;
}

/** Result of a replay. */
export interface ReplayReport {
  readonly files: number;
  readonly batches: number;
  readonly shown: number;
  readonly proven: number;
  readonly checked: number;
  readonly followed: number;
  readonly unproven: number;
  readonly problems: readonly string[];
  readonly ends: readonly ReplayedBatch[];
}

/** A file's tests were run. */
interface FileEnd {
  readonly hasPassed: boolean;
  readonly seconds: number;
}

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
const LEAK_GUARD = join(ROOT, "test/support/leak-guard.ts");
const LIMIT_MS = 1_800_000;
const COUNTED = ["shown", "proven", "checked", "followed", "unproven"] as const;

/** Runs test files unchanged, and judges each batch of their chains. */
export async function replayFlows(options: ReplayOptions): Promise<ReplayReport> {
  const { say } = options;
  const files =
    options.files.length > 0 ? [...options.files] : globSync("test/*/*.test.ts", { cwd: ROOT }).filter(isReplayed).sort();
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), "replay-"));
  say(`${files.length} files; what has ended is in ${folder}`);
  const problems: string[] = [];
  const shown = new Set<string>();
  const judge = new BatchJudge(options.workers, say);
  try {
    for (const [place, file] of files.entries()) {
      const end = await collect(file, join(folder, slugOf(file)));
      const own = batchesOf(folder, file);
      const took = `${end.seconds.toFixed(0)} s`;
      say(`${place + 1}/${files.length} ${file}: ${own.length} batches, ${took}${end.hasPassed ? "" : ", and its tests FAIL"}`);
      if (!end.hasPassed) problems.push(`${file}: its tests fail, so batches may be missing; see log.txt in ${slugOf(file)}`);
      // One of each file at once: a run that is cut has shown some by then.
      const first = shown.size < options.onL1 ? own.find((batch) => judge.canBeShown(batch)) : undefined;
      if (first === undefined) continue;
      say(lineOf(judge.known(first, "shown") ?? (await judge.judge(first, "shown"))));
      shown.add(first.path);
    }
    const ends = await judgeAll(
      judge,
      files.map((file) => batchesOf(folder, file)),
      options,
      shown,
    );
    for (const { file, chain, batch, outcome, detail } of ends)
      if (outcome === "refused") problems.push(`${file}: batch ${batch} of chain ${chain} is REFUSED: ${detail ?? ""}`);
    for (const file of files) {
      const own = ends.filter((end) => end.file === file);
      problems.push(...differences(file, own));
    }
    return { files: files.length, batches: ends.length, ...countsOf(ends), problems, ends };
  } finally {
    await judge.close();
  }
}

/** All batches in turn, one of each file; of those that have been shown to L1 already it is known. */
async function judgeAll(
  judge: BatchJudge,
  byFile: readonly (readonly Collected[])[],
  { say, ...asked }: ReplayOptions,
  before: ReadonlySet<string>,
): Promise<ReplayedBatch[]> {
  const longest = Math.max(0, ...byFile.map(({ length }) => length));
  const turns = Array.from({ length: longest }, (_, turn) => byFile.flatMap((batches) => batches[turn] ?? [])).flat();
  const left = { ...asked, onL1: asked.onL1 - before.size };
  const depths = depthsOf(turns, left, (batch) => !before.has(batch.path) && judge.canBeShown(batch));
  const shown = depths.filter((depth) => depth === "shown").length + before.size;
  if (asked.onL1 > 0) say(`${shown} of ${turns.length} batches are shown to L1`);
  const ends: ReplayedBatch[] = [];
  for (const [place, batch] of turns.entries()) {
    const depth = depths[place] ?? "followed";
    const end = judge.known(batch, depth) ?? (await judge.judge(batch, depth));
    ends.push(end);
    say(`${place + 1}/${turns.length} ${lineOf(end)}; ${progressOf(ends)} so far`);
  }
  return ends;
}

function countsOf(ends: readonly ReplayedBatch[]): Pick<ReplayReport, (typeof COUNTED)[number]> {
  const count = (outcome: ReplayedBatch["outcome"]): number => ends.filter((end) => end.outcome === outcome).length;
  return Object.fromEntries(COUNTED.map((outcome) => [outcome, count(outcome)])) as ReturnType<typeof countsOf>;
}

function progressOf(ends: readonly ReplayedBatch[]): string {
  const { shown, proven } = countsOf(ends);
  return `${shown === 0 ? "" : `${shown} checked by L1, `}${proven} proven`;
}

function lineOf({ file, chain, batch, outcome, reason, detail, cpuSeconds, proofs, onL1CpuSeconds }: ReplayedBatch): string {
  const why = reason === undefined ? (detail ?? "") : `${reason}: ${detail ?? ""}`;
  const onL1 = onL1CpuSeconds === undefined ? "" : `, of which ${onL1CpuSeconds.toFixed(1)} for L1 (${proofs ?? 0} proofs)`;
  return `${file}: batch ${batch} of chain ${chain} ${outcome}${why === "" ? "" : ` (${why})`}, ${cpuSeconds.toFixed(1)} CPU-s${onL1}`;
}

/** In an order that has nothing to do with where a batch is in its file: that of their names' last part, a hash. */
function batchesOf(folder: string, file: string): Collected[] {
  const own = join(folder, slugOf(file));
  const names = readdirSync(own).filter((name) => name.endsWith(COLLECTED));
  const hashOf = (name: string): string => name.slice(name.lastIndexOf("-"));
  return names.sort((a, b) => (hashOf(a) < hashOf(b) ? -1 : 1)).map((name) => ({ file, path: join(own, name) }));
}

/** Runs a file's tests, unless they have been run in this folder: on proven chains, and if they fail there, unchanged. */
async function collect(file: string, folder: string): Promise<FileEnd> {
  const note = join(folder, "end.json");
  if (existsSync(note)) return JSON.parse(readFileSync(note, "utf8")) as FileEnd;
  mkdirSync(folder, { recursive: true });
  const start = performance.now();
  let hasPassed = await runTests(file, folder, { [REPLAY_VARIABLE]: folder });
  if (!hasPassed) {
    // Some tests are about what trusted chains alone have.
    for (const name of readdirSync(folder)) rmSync(join(folder, name));
    hasPassed = await runTests(file, folder, {});
  }
  const end: FileEnd = { hasPassed, seconds: (performance.now() - start) / 1000 };
  writeFileSync(note, JSON.stringify(end));
  return end;
}

async function runTests(file: string, folder: string, variables: Readonly<Record<string, string>>): Promise<boolean> {
  const child = spawn(process.execPath, ["--import", LEAK_GUARD, join(ROOT, file)], {
    cwd: ROOT,
    timeout: LIMIT_MS,
    env: { ...process.env, ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const log = createWriteStream(join(folder, "log.txt"));
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const { promise, resolve } = Promise.withResolvers<boolean>();
  child.once("close", (code) => resolve(code === 0));
  const hasPassed = await promise;
  log.end();
  return hasPassed;
}

function slugOf(file: string): string {
  return file.replace(/\.test\.ts$/, "").replaceAll("/", "-");
}
