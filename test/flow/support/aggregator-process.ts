import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const PROJECT = fileURLToPath(new URL("../../../fixtures/tasks-project/", import.meta.url));
const HARDHAT = fileURLToPath(new URL("../../plugin/support/hardhat.ts", import.meta.url));

interface AggregatorOptions {
  readonly l1: string;
  readonly chains: readonly string[];
  readonly aggregator: string;
  /** The key of its account, which a process has from its surroundings. */
  readonly key: string;
  readonly maxBatches: number;
}

/** `hyperchain:aggregate` as a stranger to the ecosystem runs it: it knows URLs, the contract and a key. */
export interface AggregatorProcess {
  /** Resolves with the first line on either stream that has these words, and rejects if it ends before. */
  told(words: RegExp): Promise<string>;
  /** Kills the process like a failing machine. Resolves after its end. */
  kill(): Promise<void>;
  /** Presses Ctrl-C; resolves with its exit code. */
  interrupt(): Promise<number | null>;
}

export function startAggregator({ l1, chains, aggregator, key, maxBatches }: AggregatorOptions): AggregatorProcess {
  const named = ["--settlement-url", l1, "--chains", chains.join(","), "--aggregator", aggregator];
  const child = spawn(
    process.execPath,
    [HARDHAT, "hyperchain:aggregate", ...named, "--max-batches", String(maxBatches), "--prover-workers", "2"],
    {
      cwd: PROJECT,
      env: { ...process.env, HYPERCHAIN_PRIVATE_KEY: key, HYPERCHAINS: "{}", NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const lines: string[] = [];
  const listeners = new Set<(line: string) => void>();
  for (const input of [child.stdout, child.stderr])
    createInterface({ input }).on("line", (line) => {
      lines.push(line);
      for (const listener of listeners) listener(line);
    });
  const closed = once(child, "close") as Promise<[number | null, string | null]>;
  return {
    async told(words) {
      const { promise, resolve, reject } = Promise.withResolvers<string>();
      const look = (line: string): void => {
        if (words.test(line)) resolve(line);
      };
      listeners.add(look);
      lines.forEach(look);
      void closed.then(([code]) => reject(new Error(`it has ended with ${String(code)} after: ${lines.join("\n")}`)));
      return promise.finally(() => listeners.delete(look));
    },
    async kill() {
      child.kill("SIGKILL");
      await closed;
    },
    async interrupt() {
      child.kill("SIGINT");
      const [code] = await closed;
      return code;
    },
  };
}
