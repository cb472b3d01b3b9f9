import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Provider } from "ethers";
import { StakeWatcher, type StakeWatcherEvent } from "../../src/ecosystem/devnet/stake/stake-watcher.ts";
import { wordToHex } from "../../src/ground/protocol/hex.ts";
import { quorumDomain } from "../../src/ground/protocol/quorum.ts";
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
/** Places of accounts. */
const [OPERATOR, FIRST, SECOND, OTHER_OPERATOR, WATCHER, STRANGER] = [1, 2, 3, 4, 6, 7];

describe("a watcher of stakes among keys that strangers enlist", () => {
  let ecosystem: Ecosystem;
  let stakes: Stakes;
  let chain: TestChain;
  /** Blocks whose transactions the watcher has read. */
  const read: number[] = [];
  const events: StakeWatcherEvent[] = [];
  let watcher: StakeWatcher;
  before(async () => {
    ecosystem = await deployEcosystem();
    stakes = await deployStakes(ecosystem, UNBONDING);
    const validators = [FIRST, SECOND].map((place) => ecosystem.accounts[place]!.address);
    chain = await TestChain.create(ecosystem, { ...(await defaultConfiguration(ecosystem, CHAIN_ID)), validators });
    await enlist(OPERATOR, FIRST);
    const [registry, evidence] = [await hexAddress(stakes.registry), await hexAddress(stakes.equivocation)];
    watcher = new StakeWatcher(
      { settlementChainId: ecosystem.chainId, registry, evidence, fromBlock: 0, confirmations: 1 },
      {
        l1: readingNoted(ecosystem.l1.ethers.provider),
        sender: ecosystem.accounts[WATCHER]!,
        onEvent: (event) => events.push(event),
      },
    );
  });
  after(() => ecosystem.l1.close());

  /** A provider that notes which blocks are requested with their transactions. */
  function readingNoted(provider: Provider): Provider {
    return new Proxy(provider, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== "function") return value;
        return (...args: readonly unknown[]): unknown => {
          if (name === "getBlock" && args[1] === true) read.push(args[0] as number);
          return Reflect.apply(value, target, args);
        };
      },
    });
  }
  async function enlist(operator: number, key: number): Promise<void> {
    const account = ecosystem.accounts[operator]!;
    await send(as(stakes.registry, account), "deposit", { value: ETHER });
    const place = { stakes, ecosystem, chainId: CHAIN_ID };
    await send(as(stakes.registry, account), "enlist", ...(await enlistment(place, account, ecosystem.accounts[key]!, 10_000n)));
  }
  /** Sends a commit with a signature of a validator, which L1 refuses. */
  async function show(key: number, commitment: bigint): Promise<void> {
    const word = { commitment: wordToHex(commitment), batchNumber: 5n, revertCount: 0n, validFrom: 0n, validUntil: 2n ** 40n };
    const domain = quorumDomain(ecosystem.chainId, chain.address);
    const data = await commitCalldata(ecosystem.accounts[key]!, domain, word);
    await assert.rejects(ecosystem.accounts[STRANGER]!.sendTransaction({ to: chain.address, data, gasLimit: 3_000_000n }));
  }
  const reported = (): readonly string[] => events.flatMap((event) => (event.type === "reported" ? [event.key] : []));
  const addressOf = (place: number): string => ecosystem.accounts[place]!.address.toLowerCase();

  test("reads no block again for a key that the chain's terms do not list, and does not show it", async () => {
    await show(SECOND, 1n);
    await show(SECOND, 2n);
    await watcher.poll();
    await watcher.poll();
    read.length = 0;
    await enlist(STRANGER, STRANGER);
    const newest = await ecosystem.l1.ethers.provider.getBlockNumber();
    await watcher.poll();
    await watcher.poll();
    // A deposit and an enlistment, in a block each.
    assert.deepEqual(read, [newest - 1, newest]);
    const stakesOf = events.flatMap((event) => (event.type === "stakes" ? event.keys : []));
    assert.ok(stakesOf.length > 0 && stakesOf.every(({ key }) => key === addressOf(FIRST)));
  });

  test("reports what is due in the poll that sees it, before it reads again for a validator that is enlisted later", async () => {
    await show(FIRST, 1n);
    await show(FIRST, 2n);
    await enlist(OTHER_OPERATOR, SECOND);
    await ecosystem.increaseTime(10n);
    read.length = 0;
    await watcher.poll();
    assert.deepEqual(reported(), [addressOf(FIRST)]);
    assert.ok(read.includes(0), "the blocks from before the enlistment are read for the new key");
    await watcher.poll();
    assert.deepEqual(reported(), [addressOf(FIRST), addressOf(SECOND)]);
  });
});
