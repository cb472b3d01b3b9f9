import { fileURLToPath } from "node:url";

const CONFIG = fileURLToPath(new URL("../../../fixtures/tasks-project/hardhat.config.ts", import.meta.url));
const HARDHAT = new URL("../../../node_modules/hardhat/dist/src/internal/", import.meta.url).href;

const HANDLED = ["uncaughtException", "unhandledRejection"] as const;

interface HardhatCli {
  main(args: readonly string[], options: { readonly print: (line: string) => void }): Promise<void>;
}
interface HardhatGlobals {
  resetGlobalHardhatRuntimeEnvironment(): void;
}

/** Output of Hardhat's command line for `--help` of a task, without a process for each of the many tasks. */
export async function helpOf(task: readonly string[]): Promise<string> {
  const { main } = (await import(`${HARDHAT}cli/main.js`)) as HardhatCli;
  const { resetGlobalHardhatRuntimeEnvironment } = (await import(`${HARDHAT}global-hre-instance.js`)) as HardhatGlobals;
  // The command line makes its environment the process' own, and can do so once.
  resetGlobalHardhatRuntimeEnvironment();
  const listeners = HANDLED.map((event) => [event, process.rawListeners(event)] as const);
  const lines: string[] = [];
  await main(["--config", CONFIG, ...task, "--help"], { print: (line) => void lines.push(line) });
  // It handles what the process does not, for good; here that is the test run's.
  for (const [event, before] of listeners) {
    const added = process.rawListeners(event).filter((listener) => !before.includes(listener));
    for (const listener of added) process.off(event, listener as () => void);
  }
  return lines.join("\n");
}
