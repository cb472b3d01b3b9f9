import { mkdir } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { join } from "node:path";
import { JsonRpcProvider, Wallet } from "ethers";
import { RebuiltState } from "../../../chain/reconstruction/rebuilt-state.ts";
import { reasonOf } from "../../../ground/errors/reason-of.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { readPolicies } from "../../../chain/settlement/l1-sender/chain-reader.ts";
import { openFileJournal } from "../../../chain/settlement/journal/journal.ts";
import { ChainContractReader } from "../chain-on-l1/chain-contract.ts";
import { publishingChain } from "../chain-on-l1/publishing-chain.ts";
import { applyImports } from "../chain-on-l1/imported-state.ts";
import { l1Request } from "../l1/request/l1-request.ts";
import { dataFolder } from "../held-data/data-folder.ts";
import { ChallengeAnswers } from "./challenge-answers.ts";
import { GuardedChain, type StoredForm } from "./guarded-chain.ts";
import { Guardian } from "./guardian.ts";
import type { FromGuardian, ChainToGuard, GuardianStart, ToGuardian } from "./guardian-messages.ts";
import { serveGuardian, type ServedGuardian } from "./guardian-server.ts";

/** Public nodes limit it. */
const BLOCKS_PER_REQUEST = 2_000;
/** Between two reads of L1's requests for leaves, which need an answer within minutes. */
const REQUESTS_MS = 2_000;

/** Body of a guardian's process, which ends with its parent process. */
class GuardianBody {
  readonly #start: GuardianStart;
  readonly #chains: Map<string, ServedGuardian>;
  readonly #url: string;

  private constructor(start: GuardianStart, chains: Map<string, ServedGuardian>, url: string) {
    this.#start = start;
    this.#chains = chains;
    this.#url = url;
  }

  static async open(start: GuardianStart): Promise<GuardianBody> {
    const chains = new Map<string, ServedGuardian>();
    const { url } = await serveGuardian(chains, { host: "127.0.0.1", port: start.port });
    return new GuardianBody(start, chains, url);
  }

  get url(): string {
    return this.#url;
  }

  /** The chain is served also if it cannot be opened now: its settlement layer may be paused, and each request tries again. */
  async guard(chain: ChainToGuard): Promise<void> {
    const { hyperchain } = chain;
    if (this.#chains.has(hyperchain)) return;
    const place = join(this.#start.folder, hyperchain);
    await mkdir(place, { recursive: true, mode: 0o700 });
    const data = dataFolder(place);
    const { guardian, opened } = openedAtUse(() => openChain(chain, place, { ...this.#start, data }));
    this.#chains.set(hyperchain, { guardian, data });
    await opened();
  }
}

interface LateGuardian {
  readonly guardian: ServedGuardian["guardian"];
  /** Rejects as `open` does. */
  readonly opened: () => Promise<void>;
}

/** A guardian that is opened when it is used, and again after a failure. */
function openedAtUse(open: () => Promise<Guardian>): LateGuardian {
  let opening: Promise<Guardian> | undefined;
  const get = (): Promise<Guardian> =>
    (opening ??= open().catch((error: unknown) => {
      opening = undefined;
      throw error;
    }));
  return {
    guardian: { sign: async (request) => (await get()).sign(request), leaves: async () => (await get()).leaves() },
    opened: async () => void (await get()),
  };
}

/** Opens a chain from its folder. Rejects with ReconstructionError, GuardianError or the file system's error. */
async function openChain(
  { hyperchain, l1Url, network, genesis, fromBlock }: ChainToGuard,
  place: string,
  { key, data }: Pick<GuardianStart, "key"> & { readonly data: ReturnType<typeof dataFolder> },
): Promise<Guardian> {
  const l1 = new JsonRpcProvider(l1Request(l1Url), undefined, { staticNetwork: true, cacheTimeout: -1 });
  const reader = async (): Promise<ChainContractReader> => new ChainContractReader(l1, hyperchain, await l1.getBlockNumber());
  const facts = await (await reader()).facts();
  const first = new RebuiltState(genesis);
  const range = { provider: l1, fromBlock, toBlock: await l1.getBlockNumber(), blocksPerRequest: BLOCKS_PER_REQUEST };
  await applyImports(first, facts, range);
  const dump = first.dump();
  const chain = await GuardedChain.open({
    chain: publishingChain(facts),
    policiesOf: async (firstTimestamp) => (await readPolicies({ provider: l1, hyperchain }, firstTimestamp)).map(BigInt),
    genesis: () => new RebuiltState(dump),
    journal: await openFileJournal<StoredForm>(join(place, "forms"), { mode: 0o600 }),
    data,
    readL1: async () => {
      const { totals, executedStateRoot } = await (await reader()).state();
      return { committed: totals.committed, executed: totals.executed, executedStateRoot };
    },
  });
  const { settlementChainId } = facts;
  const signer = new Wallet(key, l1);
  void answerForever(new ChallengeAnswers({ network, signer, chain }), hyperchain);
  return new Guardian({
    signer,
    settlementChainId,
    network,
    hyperchain,
    chain,
    requesters: async () => {
      const { configuration, terms } = await (await reader()).facts();
      return new Set<Hex>([configuration.admin, ...terms.validators]);
    },
    l1Seconds: async () => BigInt((await l1.getBlock("latest"))?.timestamp ?? 0),
  });
}

/** Answers requests for leaves until the process ends. A failure is reported, and the next read tries again. */
async function answerForever(answers: ChallengeAnswers, hyperchain: string): Promise<void> {
  for (;;) {
    await answers.poll().catch((error: unknown) => {
      process.stderr.write(`requests for leaves of ${hyperchain} were not answered: ${reasonOf(error)}\n`);
    });
    await pause(REQUESTS_MS);
  }
}

let body: GuardianBody | undefined;

async function answer(message: ToGuardian): Promise<string> {
  if (message.type === "start") body = await GuardianBody.open(message.start);
  else await body?.guard(message.chain);
  return body?.url ?? "";
}

process.on("message", (message: ToGuardian) => {
  // The parent process may end in between.
  const reply = (from: FromGuardian): void => void process.send?.(from, undefined, undefined, () => undefined);
  answer(message).then(
    (url) => reply({ url }),
    (error: unknown) => reply({ reason: reasonOf(error) }),
  );
});
process.on("disconnect", () => process.exit(0));
// A Ctrl-C in a terminal reaches the whole group; the parent process ends the guardian.
process.on("SIGINT", () => undefined);
