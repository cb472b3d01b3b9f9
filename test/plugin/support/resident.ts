// Runs one task after the other in this process, each as Hardhat's command line runs it, and answers with how each ended.
import { setMaxListeners } from "node:events";

/** Request of the parent process. */
export interface ResidentTask {
  readonly args: readonly string[];
  /** Variables in addition to the process's, for this task alone. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Answer to the parent process. */
export interface ResidentAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Whether the task ended its process, which runs no other one. */
  readonly ends: boolean;
}

interface HardhatCli {
  main(args: readonly string[], options: { readonly registerTsx: false; readonly warnAboutUnusedPlugins: true }): Promise<void>;
}
interface HardhatGlobals {
  resetGlobalHardhatRuntimeEnvironment(): void;
}

const HARDHAT = new URL("../../../node_modules/hardhat/dist/src/internal/", import.meta.url).href;
process.setSourceMapsEnabled(true);
const { main } = (await import(`${HARDHAT}cli/main.js`)) as HardhatCli;
const { resetGlobalHardhatRuntimeEnvironment } = (await import(`${HARDHAT}global-hre-instance.js`)) as HardhatGlobals;

const { log } = console;
const surroundings = process.env;
const written = { stdout: "", stderr: "" };
for (const name of ["stdout", "stderr"] as const) {
  // Each task listens for a reader that leaves.
  setMaxListeners(0, process[name]);
  process[name].write = (text: string | Uint8Array, ...rest: unknown[]) => {
    written[name] += typeof text === "string" ? text : Buffer.from(text).toString("utf8");
    const done = rest.at(-1);
    if (typeof done === "function") process.nextTick(done as () => void);
    return true;
  };
}
setMaxListeners(0, process);

let ends = false;

function answer(code: number, sent?: () => void): void {
  const given: ResidentAnswer = { code, ...written, ends };
  written.stdout = written.stderr = "";
  process.send?.(given, undefined, undefined, sent);
}

// A task that ends its process has ended then.
const { exit } = process;
process.exit = (code) => {
  ends = true;
  answer(Number(code ?? process.exitCode ?? 0), () => exit(code));
  return undefined as never;
};

process.on("message", (task: ResidentTask) => void run(task));
process.on("disconnect", () => exit(0));
answer(0);

async function run({ args, environment }: ResidentTask): Promise<void> {
  resetGlobalHardhatRuntimeEnvironment();
  console.log = log;
  process.exitCode = 0;
  process.env = { ...surroundings, ...environment };
  await main(args, { registerTsx: false, warnAboutUnusedPlugins: true });
  if (ends) return;
  answer(process.exitCode);
  process.exitCode = 0;
}
