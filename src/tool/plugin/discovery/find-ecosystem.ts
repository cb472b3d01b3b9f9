import type { EcosystemInfo } from "../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import { pluginError } from "../plugin-error.ts";
import { callJsonRpc, JsonRpcError } from "./json-rpc.ts";
import { findLoneChain, LoneChainError, type LoneChain } from "./lone-chain.ts";
import { announced, type AnnouncedEcosystem } from "./state-file.ts";

/**
 * Effect of a task on an ecosystem: it `acts` if it signs, stops, removes, rebuilds, imports or moves time.
 */
export type Effect = "reads" | "acts";

interface FindOptions {
  /** `--url`. */
  readonly url: string | undefined;
  /** `url` of the config. */
  readonly configured: string | undefined;
  /** Port at which `hyperchain:spawn` would serve L1. */
  readonly port: number;
  /** Root of the user's project: its own ecosystem comes before others. */
  readonly project: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly effect: Effect;
  /** Timeout for the ecosystem's answer. Default 5,000. */
  readonly answerMs?: number;
}

/** A running ecosystem, and the URL at which it answered. */
interface FoundEcosystem {
  readonly url: string;
  readonly info: EcosystemInfo;
  /** Whose it is, where it is neither the project's own nor named by a URL; a task that only reads says so. */
  readonly notice?: string;
}

/**
 * Finds the running ecosystem: where a URL is given (option, HYPERCHAIN_URL, config) only there; else the project's own,
 * the newest one. Where the project runs none, another project's newest, or what answers at the default port: to be read, with
 * a notice that says whose it is. Throws a plugin error where a task would act on that one, one that says what was tried, and
 * where the project's own does not answer: another is not what the user means.
 */
export async function findEcosystem(options: FindOptions): Promise<FoundEcosystem> {
  const { url, configured, port, project, environment, effect, answerMs = ANSWER_MS } = options;
  const given = urlGiven(url, environment, configured);
  if (given !== undefined) return askGiven(given.url, given.from, answerMs);

  const running = announced(environment);
  const [own] = running.filter((each) => each.project === project);
  if (own !== undefined) return askOwn(own, answerMs);
  const defaultUrl = `http://127.0.0.1:${port}`;
  const others = [
    ...running.map((other) => ({ url: other.url, whose: `the ecosystem of ${other.project}` })),
    { url: defaultUrl, whose: "an ecosystem that no process of yours has announced" },
  ];
  for (const { url: candidate, whose } of others) {
    const info = await ask(candidate, answerMs).catch(() => undefined);
    if (info === undefined) continue;
    if (effect === "acts")
      throw pluginError(
        `this project runs no ecosystem, and the task would act on ${whose}, at ${candidate}. To act on it, name it with ` +
          `--url ${candidate} (or HYPERCHAIN_URL, or hyperchains.url in the config); 'npx hardhat hyperchain:spawn' starts one here.`,
      );
    const notice = `this project runs no ecosystem: reading ${whose}, at ${candidate}; --url names another`;
    return { url: candidate, info, notice };
  }
  const tried = [...new Set(others.map((other) => other.url))].join(", ");
  throw pluginError(
    `no running ecosystem found (tried ${tried}). Start one with 'npx hardhat hyperchain:spawn', or name a running one with --url, ` +
      "HYPERCHAIN_URL or hyperchains.url in the config.",
  );
}

/** The URL that names an ecosystem, and where it is given; undefined where it is to be looked for. */
export function urlGiven(
  option: string | undefined,
  environment: NodeJS.ProcessEnv,
  configured: string | undefined,
): { readonly url: string; readonly from: string } | undefined {
  if (option !== undefined) return { url: option, from: "--url" };
  const byEnvironment = environment["HYPERCHAIN_URL"];
  if (byEnvironment !== undefined) return { url: byEnvironment, from: "HYPERCHAIN_URL" };
  return configured === undefined ? undefined : { url: configured, from: "hyperchains.url in the config" };
}

async function askOwn({ url, pid }: AnnouncedEcosystem, answerMs: number): Promise<FoundEcosystem> {
  try {
    return { url, info: await ask(url, answerMs) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw pluginError(
      `this project's ecosystem at ${url} (process ${pid}) does not answer (${reason}). Try again when it is less busy, end the process, or name another ecosystem with --url.`,
      error,
    );
  }
}

async function askGiven(url: string, from: string, answerMs: number): Promise<FoundEcosystem> {
  if (!/^https?:\/\//.test(url)) throw pluginError(`${from} is ${JSON.stringify(url)}; give a URL such as http://127.0.0.1:8545`);
  try {
    return { url, info: await ask(url, answerMs) };
  } catch (error) {
    const lone = error instanceof JsonRpcError ? await findLoneChain(url, answerMs) : undefined;
    if (lone !== undefined) throw loneChain(lone);
    const reason = error instanceof Error ? error.message : String(error);
    throw pluginError(
      `no ecosystem answers at ${url}, which ${from} names (${reason}). Start one with 'npx hardhat hyperchain:spawn', or give the URL of its L1 or of any of its chains.`,
      error,
    );
  }
}

function loneChain(chain: LoneChain): Error {
  const { url, chainId, hyperchain } = chain;
  const contract = hyperchain ?? "the chain's contract";
  return pluginError(
    `${url} is the URL of chain ${chainId} alone: it was rebuilt, and has no ecosystem. 'npx hardhat hyperchain:status --url ${url}' ` +
      `shows what it knows; wallets and scripts use it like any node; tasks that take a contract work with ${contract} and --settlement-url, the ` +
      `URL of what it settles on; all others need the URL of a member of an ecosystem.`,
    new LoneChainError(chain),
  );
}

async function ask(url: string, answerMs: number): Promise<EcosystemInfo> {
  return (await callJsonRpc(url, "hyperchain_info", [], { timeoutMs: answerMs })) as EcosystemInfo;
}

/** A local process that proves can be slow to answer. */
const ANSWER_MS = 5_000;
