import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { JsonRpcProvider, Wallet } from "ethers";
import { RebuiltState } from "../../chain/reconstruction/rebuilt-state.ts";
import { reasonOf } from "../../errors/reason-of.ts";
import type { Hex } from "../../protocol/hex.ts";
import { openFileJournal } from "../../settlement/journal/journal.ts";
import { ChainContractReader } from "../chain-on-l1/chain-contract.ts";
import { applyImports } from "../chain-on-l1/imported-state.ts";
import { l1Request } from "../l1/request/l1-request.ts";
import { dataFolder } from "../reconstruction/data-folder.ts";
import type { DataHolder } from "../reconstruction/held-data.ts";
import { publishingChain } from "../reconstruction/reconstruct.ts";
import { GuardedChain, type StoredForm } from "./guarded-chain.ts";
import { Guardian } from "./guardian.ts";
import type { GuardedChainStart, GuardianStart, GuardianStarted } from "./guardian-messages.ts";
import { serveGuardian } from "./guardian-server.ts";

/** Public nodes limit it. */
const BLOCKS_PER_REQUEST = 2_000;

/** Body of a guardian's process, which ends with its parent process. */
async function start(options: GuardianStart): Promise<string> {
  const served = await Promise.all(options.chains.map(async (chain) => [chain.hyperchain, await guard(chain, options)] as const));
  const { url } = await serveGuardian(new Map(served), { host: "127.0.0.1", port: options.port });
  return url;
}

/** Opens a chain from the guardian's folder. Rejects with ReconstructionError, GuardianError or the file system's error. */
async function guard(
  { hyperchain, genesis, fromBlock }: GuardedChainStart,
  { key, folder, l1Url, network }: GuardianStart,
): Promise<{ readonly guardian: Guardian; readonly data: Pick<DataHolder, "read"> }> {
  const l1 = new JsonRpcProvider(l1Request(l1Url), undefined, { staticNetwork: true, cacheTimeout: -1 });
  const reader = async (): Promise<ChainContractReader> => new ChainContractReader(l1, hyperchain, await l1.getBlockNumber());
  const facts = await (await reader()).facts();
  const born = new RebuiltState(genesis);
  const range = { provider: l1, fromBlock, toBlock: await l1.getBlockNumber(), blocksPerRequest: BLOCKS_PER_REQUEST };
  await applyImports(born, facts, range);
  const dump = born.dump();
  const place = join(folder, hyperchain);
  await mkdir(place, { recursive: true, mode: 0o700 });
  const data = dataFolder(place);
  const chain = await GuardedChain.open({
    chain: publishingChain(facts),
    genesis: () => new RebuiltState(dump),
    journal: await openFileJournal<StoredForm>(join(place, "forms"), { mode: 0o600 }),
    data,
    readL1: async () => {
      const { totals, executedStateRoot } = await (await reader()).state();
      return { committed: totals.committed, executed: totals.executed, executedStateRoot };
    },
  });
  const requesters = async (): Promise<ReadonlySet<Hex>> => {
    const { configuration, terms } = await (await reader()).facts();
    return new Set([configuration.admin, ...terms.validators]);
  };
  const { settlementChainId } = facts;
  const guardian = new Guardian({ signer: new Wallet(key), settlementChainId, network, hyperchain, chain, requesters });
  return { guardian, data };
}

process.on("message", (message: GuardianStart) => {
  const reply = (started: GuardianStarted): void => void process.send?.(started);
  start(message).then(
    (url) => reply({ url }),
    (error: unknown) => reply({ reason: reasonOf(error) }),
  );
});
process.on("disconnect", () => process.exit(0));
// A Ctrl-C in a terminal reaches the whole group; the parent process ends the guardian.
process.on("SIGINT", () => undefined);
