import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { StakeWatcher, type StakeWatcherEvent, type WatcherEntry } from "../../src/ecosystem/devnet/stake/stake-watcher.ts";
import { wordToHex } from "../../src/ground/protocol/hex.ts";
import { quorumDomain } from "../../src/ground/protocol/quorum.ts";
import { createMemoryJournal } from "../../src/chain/settlement/journal/journal.ts";
import { TestChain } from "../contracts/l1/support/chain.ts";
import {
  as,
  defaultConfiguration,
  deployEcosystem,
  hexAddress,
  send,
  type Ecosystem,
} from "../contracts/l1/support/ecosystem.ts";
import { deployStakes, enlistment, type Stakes } from "../contracts/l1/support/stakes.ts";
import { commitCalldata } from "./support/commit-calldata.ts";

const UNBONDING = 100_000n;
const ETHER = 10n ** 18n;
const CHAIN_ID = 270n;

describe("a watcher of stakes on an L1 that drops a block", () => {
  let ecosystem: Ecosystem;
  let stakes: Stakes;
  let chain: TestChain;
  before(async () => {
    ecosystem = await deployEcosystem();
    stakes = await deployStakes(ecosystem, UNBONDING);
    const [, operator, key] = ecosystem.accounts;
    const configuration = { ...(await defaultConfiguration(ecosystem, CHAIN_ID)), validators: [key!.address] };
    chain = await TestChain.create(ecosystem, configuration);
    await send(as(stakes.registry, operator!), "deposit", { value: ETHER });
    const args = await enlistment({ stakes, ecosystem, chainId: CHAIN_ID }, operator!, key!, 10_000n);
    await send(as(stakes.registry, operator!), "enlist", ...args);
  });
  after(() => ecosystem.l1.close());

  const rpc = (method: string, ...args: readonly unknown[]): Promise<unknown> =>
    ecosystem.l1.ethers.provider.send(method, [...args]);
  /** Sends a commit with a signature of the key, which L1 refuses. */
  async function show(commitment: bigint): Promise<void> {
    const [, , key, stranger] = ecosystem.accounts;
    const word = { commitment: wordToHex(commitment), batchNumber: 5n, revertCount: 0n, validFrom: 0n, validUntil: 2n ** 40n };
    const data = await commitCalldata(key!, quorumDomain(ecosystem.chainId, chain.address), word);
    await assert.rejects(stranger!.sendTransaction({ to: chain.address, data, gasLimit: 3_000_000n }));
    await ecosystem.increaseTime(10n);
  }
  async function watcherWith(entries: readonly WatcherEntry[] = []) {
    const events: StakeWatcherEvent[] = [];
    const journal = createMemoryJournal<WatcherEntry>(entries);
    const [registry, evidence] = [await hexAddress(stakes.registry), await hexAddress(stakes.equivocation)];
    const place = { settlementChainId: ecosystem.chainId, registry, evidence, fromBlock: 0 };
    const watcher = new StakeWatcher(
      { ...place, confirmations: 1 },
      {
        l1: ecosystem.l1.ethers.provider,
        sender: ecosystem.accounts[6]!,
        journal,
        onEvent: (event) => events.push(event),
      },
    );
    const reported = () => events.flatMap((event) => (event.type === "reported" ? [event.amountWei] : []));
    return { watcher, journal, reported };
  }

  test("reports a word of the dropped block, also after a restart with its file", async () => {
    const clean = await rpc("evm_snapshot");
    const first = await watcherWith();
    await show(1n);
    await first.watcher.poll();
    assert.deepEqual(first.reported(), []);
    await rpc("evm_revert", clean);
    await show(2n);
    const second = await rpc("evm_snapshot");
    // Without the file the dropped word is lost.
    const forgetful = await watcherWith();
    await forgetful.watcher.poll();
    assert.deepEqual(forgetful.reported(), []);
    const restarted = await watcherWith(first.journal.appended);
    await restarted.watcher.poll();
    assert.deepEqual(restarted.reported(), [ETHER]);
    await rpc("evm_revert", second);
    await first.watcher.poll();
    assert.deepEqual(first.reported(), [ETHER]);
    // L1 has taken the stake: a further poll reports nothing.
    await first.watcher.poll();
    assert.deepEqual(first.reported(), [ETHER]);
  });
});
