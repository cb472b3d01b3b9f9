import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { EcosystemInfo } from "../../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import { createResident } from "./resident-process.ts";

const PROJECT = fileURLToPath(new URL("../../../fixtures/tasks-project/", import.meta.url));
const HARDHAT = fileURLToPath(new URL("../../../node_modules/hardhat/dist/src/cli.js", import.meta.url));
/**
 * Hardhat's script without its loader of TypeScript, which `tasks.test.ts` and projects with a separate
 * Hardhat use.
 */
const QUICK_HARDHAT = fileURLToPath(new URL("hardhat.ts", import.meta.url));

/** A project in which Hardhat is installed runs its own. */
const LOCAL_HARDHAT = "node_modules/hardhat/dist/src/cli.js";
const COMPILED = fileURLToPath(new URL("../../../node_modules/.cache/", import.meta.url));

/** Asks again until something is so. The file's limits end a wait in vain (scripts/test-limits.ts). */
export async function askUntil(hasCome: () => boolean, ask: () => Promise<unknown>): Promise<void> {
  while (!hasCome()) await ask();
}

/** Exit of a task. */
export interface TaskResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** `hyperchains` of the project's config. */
  readonly config?: object;
  readonly environment?: Readonly<Record<string, string>>;
  /** Default: the project's folder. */
  readonly cwd?: string;
  /** Default: the Node that runs the test. */
  readonly node?: string;
  /** Before the task: `--config`, for one. */
  readonly hardhatArguments?: readonly string[];
}

/**
 * Separate folder for announcements of ecosystems, so that tests see neither each other's nor the
 * developer's.
 */
export interface Workplace {
  /**
   * Runs a task of the plugin like a user: the first of its kind in a separate process, unless other tests
   * cover that; further ones in a resident process, by the same command line, each with its config.
   */
  run(args: readonly string[], options?: RunOptions): Promise<TaskResult>;
  /** Starts an ecosystem at free ports and resolves when it is ready. */
  spawn(args?: readonly string[], options?: RunOptions): Promise<SpawnedEcosystem>;
  /** Starts a continuous task, and resolves with its first line. */
  start(args: readonly string[], options?: RunOptions): Promise<RunningTask>;
  readonly stateFolder: string;
  /** Tasks that had a separate process. */
  readonly alone: ReadonlySet<string>;
  /** Ends whatever was spawned. */
  close(): Promise<void>;
}

/** Task that runs until Ctrl-C. */
export interface RunningTask {
  /** The first line of stdout. */
  readonly first: string;
  /** All lines so far. */
  readonly lines: readonly string[];
  /** Output on stderr so far. */
  errors(): string;
  /** Presses Ctrl-C; resolves with the exit code. */
  interrupt(): Promise<number | null>;
}

export interface SpawnedEcosystem extends RunningTask {
  readonly info: EcosystemInfo;
}

/** Tasks that `tasks.test.ts` runs in separate processes, so that other files need not. */
export const SHOWN_ALONE = [
  ...["announce", "call", "claim", "deposit", "message", "send", "settle", "spend", "status", "swap", "wallet"],
  "withdraw",
].map((name) => `hyperchain:${name}`);

export function createWorkplace({ shown = SHOWN_ALONE }: { readonly shown?: readonly string[] } = {}): Workplace {
  const folder = mkdtempSync(join(tmpdir(), "hyperchain-tasks-"));
  shareCompiled(folder);
  const running: ChildProcess[] = [];
  const alone = new Set<string>();
  const surroundings = ({ config = {}, environment = {}, cwd = PROJECT }: RunOptions) => ({
    cwd,
    env: {
      ...environmentOfUser(process.env),
      XDG_STATE_HOME: folder,
      TMPDIR: folder,
      HYPERCHAINS: JSON.stringify(config),
      NO_COLOR: "1",
      ...environment,
    },
  });
  const start = (args: readonly string[], options: RunOptions): ChildProcess => {
    const { cwd = PROJECT, node = process.execPath, hardhatArguments = [] } = options;
    const own = join(cwd, LOCAL_HARDHAT);
    const isQuick = shown.length > 0 && options.cwd === undefined && options.node === undefined;
    const hardhat = existsSync(own) ? own : isQuick ? QUICK_HARDHAT : HARDHAT;
    return spawn(node, [hardhat, ...hardhatArguments, ...args], {
      ...surroundings(options),
      stdio: ["ignore", "pipe", "pipe"],
    });
  };
  const resident = createResident(shown, () => surroundings({}));

  async function startTask(args: readonly string[], options: RunOptions): Promise<RunningTask> {
    const child = start(args, options);
    running.push(child);
    const stderr = collect(child.stderr);
    const lines: string[] = [];
    const closed = once(child, "close") as Promise<[number | null]>;
    const first = await new Promise<string>((resolve, reject) => {
      if (child.stdout !== null) createInterface({ input: child.stdout }).on("line", (line) => (lines.push(line), resolve(line)));
      void closed.then(([code]) => reject(new Error(`${args.join(" ")} ended with ${String(code)}: ${stderr()}`)));
    });
    return {
      first,
      lines,
      errors: stderr,
      async interrupt() {
        child.kill("SIGINT");
        const [code] = await closed;
        return code;
      },
    };
  }

  return {
    stateFolder: join(folder, "hardhat-hyperchain"),
    alone,
    async run(args, options = {}) {
      const { config = {}, environment = {} } = options;
      if (isForResident(args, options) && resident.takes(args[0] ?? ""))
        return resident.run({ args, environment: { HYPERCHAINS: JSON.stringify(config), ...environment } });
      alone.add(args[0] ?? "");
      const child = start(args, options);
      const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
      const [code] = (await once(child, "close")) as [number | null];
      return { code, stdout: stdout(), stderr: stderr() };
    },
    async spawn(args = [], options = {}) {
      const task = await startTask(["hyperchain:spawn", "--port", "0", "--json", "--prover-workers", "2", ...args], options);
      return { ...task, info: JSON.parse(task.first) as EcosystemInfo };
    },
    start: (args, options = {}) => startTask(args, options),
    async close() {
      await resident.close();
      for (const child of running) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        const closed = once(child, "close");
        child.kill("SIGKILL");
        await closed;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * True if the resident process can run the task. A project with a separate Hardhat, another Node and options
 * before the task need a new process; so does an ecosystem in the background, which starts the same command
 * line again.
 */
function isForResident(args: readonly string[], { cwd, node, hardhatArguments }: RunOptions): boolean {
  const isTask = args[0]?.startsWith("hyperchain:") === true && !args.includes("--wait") && !args.includes("--detach");
  return isTask && cwd === undefined && node === undefined && hardhatArguments === undefined;
}

/**
 * Shares the output of Hardhat's loader between all workplaces, in a folder for temporary files, because each
 * would otherwise compile the plugin's sources.
 */
function shareCompiled(folder: string): void {
  const name = `tsx-${String(process.geteuid?.() ?? "user")}`;
  mkdirSync(join(COMPILED, name), { recursive: true });
  symlinkSync(join(COMPILED, name), join(folder, name), "junction");
}

function collect(stream: NodeJS.ReadableStream | null): () => string {
  const chunks: Buffer[] = [];
  stream?.on("data", (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString("utf8");
}

/**
 * Variables of CI servers for Hardhat, which then shows stack traces with every error; tests
 * check the output for users.
 */
const CI_VARIABLES = new Set([
  "GITHUB_ACTIONS",
  "NOW",
  "DEPLOYMENT_ID",
  "CODEBUILD_BUILD_NUMBER",
  "CI",
  "CONTINUOUS_INTEGRATION",
  "BUILD_NUMBER",
  "RUN_ID",
]);

/** The developer's own settings must not decide a test. */
function environmentOfUser(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !name.startsWith("HYPERCHAIN") && !CI_VARIABLES.has(name)),
  );
}
