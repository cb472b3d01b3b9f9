import type { EcosystemInfo } from "../../devnet/view/ecosystem-info.ts";
import { pluginError } from "../plugin-error.ts";
import { callJsonRpc } from "./json-rpc.ts";
import { announced } from "./state-file.ts";

export interface FindOptions {
  /** `--url`. */
  readonly url: string | undefined;
  /** `url` of the config. */
  readonly configured: string | undefined;
  /** Where `hyperchain:spawn` would serve L1. */
  readonly port: number;
  /** Root of the user's project: its own ecosystem comes before others. */
  readonly project: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** A running ecosystem, and the URL at which it answered. */
export interface FoundEcosystem {
  readonly url: string;
  readonly info: EcosystemInfo;
}

/**
 * Finds the running ecosystem: where a URL is given (option, HYPERCHAIN_URL, config) only there; else the newest that this
 * user runs, the project's own first, else whatever answers at the default port. Throws a plugin error that says what was tried.
 */
export async function findEcosystem(options: FindOptions): Promise<FoundEcosystem> {
  const { url, configured, port, project, environment } = options;
  const given =
    (url === undefined ? undefined : { url, from: "--url" }) ??
    (environment["HYPERCHAIN_URL"] === undefined ? undefined : { url: environment["HYPERCHAIN_URL"], from: "HYPERCHAIN_URL" }) ??
    (configured === undefined ? undefined : { url: configured, from: "hyperchains.url in the config" });
  if (given !== undefined) return askGiven(given.url, given.from);

  const running = announced(environment);
  const own = running.filter((each) => each.project === project);
  const others = running.filter((each) => each.project !== project);
  const urls = new Set([...own, ...others].map((each) => each.url)).add(`http://127.0.0.1:${port}`);
  for (const candidate of urls) {
    const info = await ask(candidate).catch(() => undefined);
    if (info !== undefined) return { url: candidate, info };
  }
  throw pluginError(
    `no running ecosystem found (tried ${[...urls].join(", ")}). Start one with 'npx hardhat hyperchain:spawn', or name a running one with --url, ` +
      "HYPERCHAIN_URL or hyperchains.url in the config.",
  );
}

async function askGiven(url: string, from: string): Promise<FoundEcosystem> {
  if (!/^https?:\/\//.test(url)) throw pluginError(`${from} is ${JSON.stringify(url)}; give a URL such as http://127.0.0.1:8545`);
  try {
    return { url, info: await ask(url) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw pluginError(
      `no ecosystem answers at ${url}, which ${from} names (${reason}). Start one with 'npx hardhat hyperchain:spawn', or give the URL of its L1 or of any of its chains.`,
      error,
    );
  }
}

async function ask(url: string): Promise<EcosystemInfo> {
  return (await callJsonRpc(url, "hyperchain_info", [], ANSWER_MS)) as EcosystemInfo;
}

/** A local process that proves can be slow to answer. */
const ANSWER_MS = 5_000;
