import { AbiCoder } from "ethers";
import { ASSET_ROUTER_ADDRESS } from "../../src/ground/protocol/asset-message.ts";
import { digestToHex } from "../../src/ground/protocol/digest.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { invariant } from "./invariants/violation.ts";
import type { FormedBatch } from "./l2/form.ts";
import type { L2Chain } from "./l2/l2-chain.ts";
import type { Founding, Records } from "./l2/records.ts";
import { addressOf, aliased, plain } from "./model/aliases.ts";
import type { Chain, World } from "./model/world.ts";

/** Objects that were prepared off L1 and may appear on it. */
export interface Prepared {
  /** Batches by commitment. */
  readonly batches: Map<Hex, FormedBatch>;
  /** Creations by chain id. */
  readonly foundings: Map<bigint, Founding>;
}

/** A chain that was created by an account that the simulation does not follow. */
const UNKNOWN: Founding = { isHonest: false, leavesAt: 0n };

/** Brings what operators and users know up to what L1 says, as they would by reading it. */
export function observe(world: World, records: Records, prepared: Prepared): void {
  for (const chain of world.allChains()) {
    if (records.l2(chain.id) === undefined) records.addChain(world, chain, prepared.foundings.get(chain.id) ?? UNKNOWN);
    const l2 = records.l2(chain.id)!;
    observeDeposits(world, records, chain);
    observeReverts(l2);
    observeExecutions(world, records, l2);
    observeCommits(world, l2, prepared);
    observeExecutions(world, records, l2);
    checkState(l2);
  }
}

/** The state that an honest quorum committed to is the one that its chain has. */
function checkState({ chain, tree, isHonest }: L2Chain): void {
  const [root, stored] = [digestToHex(tree.root), chain.last.newStateRoot];
  invariant(!isHonest || root === stored, () => `chain ${chain.id} has state root ${root}, and ${stored} on L1`);
}

/** Deposits of tokens among the chain's new operations. */
function observeDeposits(world: World, records: Records, chain: Chain): void {
  const known = records.queueLengths.get(chain.id) ?? 0n;
  for (let index = known; index < chain.operationsQueued.value; index++) {
    const { operation, hash } = chain.queue.get(index)!;
    const isDeposit = operation.to === BigInt(ASSET_ROUTER_ADDRESS) && operation.from === BigInt(aliased(world.addresses.bridge));
    if (!isDeposit) continue;
    const abi = AbiCoder.defaultAbiCoder();
    const [, , data] = abi.decode(["uint256", "bytes32", "bytes"], `0x${operation.data.slice(10)}`);
    const [depositor, receiver, token, amount] = abi.decode(["address", "address", "address", "uint256"], data as string);
    const lower = (address: unknown): Hex => String(address).toLowerCase() as Hex;
    records.deposits.push({
      chainId: chain.id,
      index,
      hash,
      depositor: lower(depositor),
      receiver: lower(receiver),
      token: plain(addressOf(BigInt(lower(token)))),
      amount: amount as bigint,
    });
  }
  records.queueLengths.set(chain.id, chain.operationsQueued.value);
}

/** Pending batches that L1 no longer has. */
function observeReverts(l2: L2Chain): void {
  const { chain } = l2;
  const gone = l2.pending.find(
    ({ stored }) =>
      stored.batchNumber >= chain.committed.value || chain.batches.get(stored.batchNumber)?.commitment !== stored.commitment,
  );
  if (gone !== undefined) l2.revertTo(gone.stored.batchNumber);
}

function observeExecutions(world: World, records: Records, l2: L2Chain): void {
  while (BigInt(l2.executed.length) < l2.chain.executed.value && l2.pending.length > 0) {
    l2.execute();
    records.learn(world, l2, l2.executed.at(-1)!);
  }
}

function observeCommits(world: World, l2: L2Chain, { batches }: Prepared): void {
  const { chain } = l2;
  for (let number = BigInt(l2.executed.length + l2.pending.length); number < chain.committed.value; number++) {
    const stored = chain.batches.get(number)!;
    const formed = batches.get(stored.commitment);
    if (formed === undefined)
      throw new Error(`chain ${chain.id} in world ${world.l1ChainId} has a batch that was not prepared: ${stored.commitment}`);
    l2.commit({ stored, leaves: formed.reading.leaves, flows: formed.reading.flows, content: formed.content });
  }
}
