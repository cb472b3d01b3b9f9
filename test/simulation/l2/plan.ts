import { AbiCoder } from "ethers";
import {
  assetId,
  AssetMessageKind,
  ASSET_ROUTER_ADDRESS,
  BASE_TOKEN_ADDRESS,
  decodeAssetMessage,
  encodeAssetMessage,
  type AssetTransfer,
} from "../../../src/ground/protocol/asset-message.ts";
import type { StateWrite } from "../../../src/chain/state/change-set.ts";
import { flowFactKey } from "../../../src/ground/protocol/atomic-flow.ts";
import { ATOMIC_FLOWS_ADDRESS } from "../../../src/ecosystem/relayer/atomic-flows-address.ts";
import { deliveryFlagKey } from "../../../src/ground/protocol/delivery-flag.ts";
import { LeafKind } from "../../../src/ground/protocol/domain-tags.ts";
import { keccak, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import type { ImportedRoot } from "../../../src/ground/protocol/rolling-hash.ts";
import { addressOf, plain, ZERO_ADDRESS } from "../model/aliases.ts";
import { deadlineOf } from "../model/batches.ts";
import type { QueuedOperation, World } from "../model/world.ts";
import type { Choices } from "../support/random.ts";
import { FEE_UNIT } from "../model/escrows.ts";
import { moveFlows, type FlowDraft } from "./flows.ts";
import { holdingName, type BatchContent, type EscrowMove, type L2Chain, type SentMessage } from "./l2-chain.ts";
import type { Records, TransferRecord } from "./records.ts";

/** The asset that chains issue themselves. */
export const OWN_ASSET = addressOf(0x7777n);
/** Maximum contents of a batch, so that a step stays short. */
const MOST_OPERATIONS = 4;
/** Seconds that a batch's clock is behind L1's at most. */
const LARGEST_LAG = 200n;

/** Draft of a batch: holdings change in sequence. */
class Draft implements FlowDraft {
  readonly l2: L2Chain;
  readonly changed = new Map<string, bigint>();
  readonly messages: SentMessage["log"][] = [];
  readonly flags: StateWrite[] = [];
  readonly deliveries: Hex[] = [];
  readonly escrows: EscrowMove[] = [];
  readonly #world: World;
  readonly #random: Choices;

  constructor(l2: L2Chain, world: World, random: Choices) {
    this.l2 = l2;
    this.#world = world;
    this.#random = random;
  }

  add(token: Hex, account: Hex, amount: bigint): void {
    const name = holdingName(plain(token), account);
    this.changed.set(name, this.balance(token, account) + amount);
  }

  balance(token: Hex, account: Hex): bigint {
    const name = holdingName(plain(token), account);
    return this.changed.get(name) ?? this.l2.holdings.get(name) ?? 0n;
  }

  write({ record: { id }, leg, isPivot }: Parameters<FlowDraft["write"]>[0], value: bigint): void {
    this.flags.push({ ...flowFactKey(ATOMIC_FLOWS_ADDRESS, id, leg, isPivot), value });
    if (!isPivot) this.escrows.push({ id, leg, status: value % FEE_UNIT });
  }

  say(body: Uint8Array): void {
    this.messages.push({ type: "message", sender: ATOMIC_FLOWS_ADDRESS, body });
  }

  /** A holder of something, and how much. */
  holder(): { token: Hex; account: Hex; amount: bigint } | undefined {
    const names = new Set([...this.l2.holdings.keys(), ...this.changed.keys()]);
    const all = [...names].map((name) => ({ name, amount: this.changed.get(name) ?? this.l2.holdings.get(name) ?? 0n }));
    // What a contract holds at its own address it cannot move: only its alias is its own on the chain.
    const isOwned = (name: string): boolean =>
      this.#world.kinds.get(name.split(",")[1]) === undefined && name.split(",")[1] !== ATOMIC_FLOWS_ADDRESS;
    const found = this.#random.pick(all.filter(({ name, amount }) => amount > 0n && isOwned(name)));
    if (found === undefined) return undefined;
    const [token, account] = found.name.split(",") as [Hex, Hex];
    return { token, account, amount: found.amount };
  }

  send(
    kind: AssetMessageKind,
    destinationChainId: bigint,
    fields: Pick<AssetTransfer, "originToken" | "amount" | "recipient" | "sender"> & { originChainId?: bigint },
  ): void {
    const isBase = fields.originToken === plain(this.l2.chain.configuration.baseToken);
    const isWithdrawal = kind === AssetMessageKind.withdrawal;
    const from = isWithdrawal && isBase && this.#random.oneIn(2) ? BASE_TOKEN_ADDRESS : ASSET_ROUTER_ADDRESS;
    const nonce = this.#random.between(0n, 1n << 64n);
    const body = encodeAssetMessage({ kind, destinationChainId, originChainId: this.#world.l1ChainId, ...fields, nonce });
    this.messages.push({ type: "message", sender: from, body });
  }

  writes(): StateWrite[] {
    const writes = [...this.changed].map(([name, amount]) => this.l2.holdingWrite(name, amount));
    const { tree } = this.l2;
    return [...writes.filter((write) => write.value !== tree.get(write)), ...this.flags];
  }
}

/** Credits what an operation brings. Its token deposit arrives only if it succeeds. */
function takeOperation(draft: Draft, { operation }: QueuedOperation, success: boolean, records: Records): void {
  const [mintValue = 0n, recipient = 0n] = operation.reserved;
  draft.add(draft.l2.chain.configuration.baseToken, addressOf(recipient), mintValue);
  const deposit = records.depositOf(draft.l2.chain.id, operation.nonce);
  if (success && deposit !== undefined) draft.add(deposit.token, deposit.receiver, deposit.amount);
}

/** The operations that the batch takes: from the front of the queue, at least one if one is due. */
function chooseOperations(l2: L2Chain, random: Choices, timestamp: bigint, now: bigint): QueuedOperation[] {
  const { chain } = l2;
  const first = chain.last.priorityOpTotal;
  const waiting = Number(chain.operationsQueued.value - first);
  const deadline = deadlineOf(chain, first);
  const isDue = waiting > 0 && (deadline <= timestamp || deadline + chain.configuration.priorityOpWindow <= now);
  const most = Math.min(waiting, MOST_OPERATIONS);
  const count = Math.max(isDue ? 1 : 0, random.index(most + 1));
  return Array.from({ length: count }, (_, i) => chain.queue.get(first + BigInt(i))!);
}

function sendSomething(draft: Draft, world: World, records: Records, random: Choices): void {
  const holder = draft.holder();
  if (holder === undefined) return;
  const amount = random.oneIn(4) ? holder.amount : random.between(1n, holder.amount);
  const isWithdrawal = random.oneIn(2);
  const others = world.chainIds.value.filter((id) => id !== draft.l2.chain.id);
  // Some go to chains that do not exist, or not yet.
  const destination = random.oneIn(6) ? 999_999n : (random.pick(others) ?? 999_999n);
  const fields = { originToken: holder.token, amount, recipient: holder.account, sender: holder.account };
  draft.add(holder.token, holder.account, -amount);
  // Some withdraw to contracts, which may not want it.
  const recipient = random.oneIn(3) ? random.pick(records.scene.parties)! : ownerOf(world, holder.account);
  if (isWithdrawal) draft.send(AssetMessageKind.withdrawal, world.l1ChainId, { ...fields, recipient });
  else draft.send(AssetMessageKind.hyperbridgeSend, destination, fields);
}

/** Account on L1 that owns an account on a chain. */
export function ownerOf(world: World, account: Hex): Hex {
  const unaliased = addressOf((BigInt(account) - 0x1111000000000000000000000000000000001111n + (1n << 160n)) % (1n << 160n));
  return world.kinds.get(unaliased) === undefined ? account : unaliased;
}

/** Assets that the chain itself issues, out of nothing as far as L1 is concerned. */
function sendOwnAsset(draft: Draft, world: World, random: Choices): void {
  const { id } = draft.l2.chain;
  const destination = random.pick(world.chainIds.value.filter((other) => other !== id));
  if (destination === undefined) return;
  const fields = {
    originChainId: id,
    originToken: OWN_ASSET,
    amount: random.between(1n, 1000n),
    recipient: addressOf(0x300001n),
    sender: addressOf(0x300002n),
  };
  draft.send(AssetMessageKind.hyperbridgeSend, destination, fields);
}

/** Sum of an asset that the chain's pending batches send away. */
function sentBy({ pending }: L2Chain, asset: Hex): bigint {
  const messages = pending.flatMap(({ content }) => content.messages).map(({ body }) => decodeAssetMessage(body));
  return messages.reduce((sum, transfer) => {
    const isSent =
      transfer?.kind === AssetMessageKind.hyperbridgeSend && assetId(transfer.originChainId, transfer.originToken) === asset;
    return isSent ? sum + transfer.amount : sum;
  }, 0n);
}

/** Part of what another chain issued and this one got goes home. */
function returnForeignAsset(draft: Draft, world: World, random: Choices): void {
  const { l2 } = draft;
  const held = world.chainIds.value.flatMap((origin) => {
    const asset = assetId(origin, OWN_ASSET);
    const balance = origin === l2.chain.id ? 0n : world.bridge.balance.get(l2.chain.id, asset);
    const left = balance === 0n ? 0n : balance - sentBy(l2, asset);
    return left > 0n ? [{ origin, left }] : [];
  });
  const found = random.pick(held);
  if (found === undefined) return;
  const fields = {
    originChainId: found.origin,
    originToken: OWN_ASSET,
    amount: random.between(1n, found.left),
    recipient: addressOf(0x300001n),
    sender: addressOf(0x300002n),
  };
  draft.send(AssetMessageKind.hyperbridgeSend, found.origin, fields);
}

function deliver(draft: Draft, world: World, { transfer, sourceChainId, messageHash }: TransferRecord): void {
  const { id } = draft.l2.chain;
  const { originChainId, originToken, amount, recipient } = transfer;
  if (originChainId === world.l1ChainId) draft.add(originToken, recipient, amount);
  const { sender } = transfer;
  draft.send(AssetMessageKind.hyperbridgeDelivery, id, { originChainId, originToken, amount, recipient, sender });
  draft.flags.push({ ...deliveryFlagKey(sourceChainId, messageHash), value: 1n });
  draft.deliveries.push(messageHash);
}

/** Returns a transfer to an id that no chain had: L1 left it in the chain's balance. */
function giveBack(draft: Draft, world: World, { transfer, sourceChainId, messageHash }: TransferRecord): void {
  const { originChainId, originToken, amount, sender } = transfer;
  if (originChainId === world.l1ChainId) draft.add(originToken, sender, amount);
  draft.flags.push({ ...deliveryFlagKey(sourceChainId, messageHash), value: 1n });
  draft.deliveries.push(messageHash);
}

function chooseImports(world: World, random: Choices): ImportedRoot[] {
  return Array.from({ length: random.index(3) }, () => {
    const registryIndex = random.index(world.roots.value.length);
    return { registryIndex: BigInt(registryIndex), root: world.roots.value[registryIndex]! };
  });
}

/** A code that is published, and an account that gets it. */
function chooseCode(random: Choices): { bytecodes: Uint8Array[]; writes: StateWrite[] } {
  if (!random.oneIn(4)) return { bytecodes: [], writes: [] };
  const code = random.bytes(1 + random.index(40));
  const address = random.between(1n << 100n, 1n << 101n);
  return { bytecodes: [code], writes: [{ leafKind: LeafKind.codeHash, address, slot: 0n, value: BigInt(keccak(code)) }] };
}

/** A batch of a quorum that says the truth. */
export function planHonestBatch(world: World, l2: L2Chain, records: Records, random: Choices, now: bigint): BatchContent {
  const { lastTimestamp } = l2.chain.last;
  const earliest = lastTimestamp > now - LARGEST_LAG ? lastTimestamp : now - LARGEST_LAG;
  const timestamp = random.oneIn(3) ? random.between(earliest, now) : now;
  const draft = new Draft(l2, world, random);
  const operations = chooseOperations(l2, random, timestamp, now).map((operation) => ({ operation, success: !random.oneIn(3) }));
  for (const { operation, success } of operations) takeOperation(draft, operation, success, records);
  for (const transfer of random.some(records.undeliveredTo(l2)).slice(0, 3)) deliver(draft, world, transfer);
  if (random.oneIn(2)) for (const transfer of random.some(records.refusedOf(l2)).slice(0, 2)) giveBack(draft, world, transfer);
  for (let i = random.index(4); i > 0; i--) sendSomething(draft, world, records, random);
  moveFlows(draft, world, records, random, timestamp);
  if (random.oneIn(3)) sendOwnAsset(draft, world, random);
  if (random.oneIn(2)) returnForeignAsset(draft, world, random);
  if (random.oneIn(4))
    draft.messages.push({ type: "message", sender: addressOf(0x400000n), body: random.bytes(random.index(60)) });
  const code = chooseCode(random);
  const { dataAvailabilityPolicy } = l2.chain.configuration;
  const mayWithhold =
    records.scene.policies.committee === dataAvailabilityPolicy || records.scene.policies.any === dataAvailabilityPolicy;
  return {
    operations,
    messages: draft.messages,
    writes: [...draft.writes(), ...code.writes],
    holdings: draft.changed,
    bytecodes: code.bytecodes,
    imports: chooseImports(world, random),
    deliveries: draft.deliveries,
    escrows: draft.escrows,
    cheatCount: l2.chain.configuration.cheatsAllowed && random.oneIn(3) ? 2n : 0n,
    timestamp,
    withhold: mayWithhold && random.oneIn(2),
  };
}

/** Plans a batch that delivers and returns everything, and takes all operations. */
export function planClosingBatch(world: World, l2: L2Chain, records: Records, random: Choices, now: bigint): BatchContent {
  const { chain } = l2;
  const draft = new Draft(l2, world, random);
  const first = chain.last.priorityOpTotal;
  const count = Number(chain.operationsQueued.value - first);
  const operations = Array.from({ length: count }, (_, i) => ({ operation: chain.queue.get(first + BigInt(i))!, success: true }));
  for (const { operation, success } of operations) takeOperation(draft, operation, success, records);
  for (const transfer of records.undeliveredTo(l2)) deliver(draft, world, transfer);
  for (const transfer of records.refusedOf(l2)) giveBack(draft, world, transfer);
  return {
    operations,
    messages: draft.messages,
    writes: draft.writes(),
    holdings: draft.changed,
    bytecodes: [],
    imports: [],
    deliveries: draft.deliveries,
    escrows: draft.escrows,
    cheatCount: 0n,
    timestamp: now,
    withhold: false,
  };
}

/** An asset of L1, or one that this chain or another issues: none of them need be the chain's to move. */
function falseAsset(
  l2: L2Chain,
  world: World,
  records: Records,
  random: Choices,
): Pick<AssetTransfer, "originChainId" | "originToken"> {
  if (!random.oneIn(3))
    return { originChainId: world.l1ChainId, originToken: random.choose(ZERO_ADDRESS, ...Object.values(records.scene.tokens)) };
  const originChainId = random.oneIn(2) ? l2.chain.id : (random.pick(world.chainIds.value) ?? l2.chain.id);
  return { originChainId, originToken: OWN_ASSET };
}

/** A batch of a quorum that lies: any state, and flows that the chain may not have. */
export function planFalseBatch(world: World, l2: L2Chain, records: Records, random: Choices, now: bigint): BatchContent {
  const honest = planHonestBatch(world, l2, records, random, now);
  const draft = new Draft(l2, world, random);
  const thief = random.pick(records.scene.accounts.users)!;
  for (let i = 1 + random.index(2); i > 0; i--) {
    const kind = random.choose(
      AssetMessageKind.withdrawal,
      AssetMessageKind.hyperbridgeSend,
      AssetMessageKind.hyperbridgeDelivery,
    );
    const destination = kind === AssetMessageKind.withdrawal ? world.l1ChainId : (random.pick(world.chainIds.value) ?? 1n);
    const amount = random.between(0n, 1_000_000_000n) * random.choose(1n, 1_000_000_000_000n);
    draft.send(kind, destination, { ...falseAsset(l2, world, records, random), amount, recipient: thief, sender: thief });
  }
  // The state may say that anyone holds anything.
  const name = holdingName(random.choose(ZERO_ADDRESS, ...Object.values(records.scene.tokens)), thief);
  draft.changed.set(name, random.between(1n, 10_000_000_000n));
  const writes = [...honest.writes, ...draft.writes()];
  const unique = new Map(writes.map((write) => [`${write.leafKind},${write.address},${write.slot}`, write]));
  return {
    ...honest,
    messages: [...honest.messages, ...draft.messages],
    writes: [...unique.values()],
    holdings: new Map([...honest.holdings, ...draft.changed]),
    imports: random.oneIn(3)
      ? [{ registryIndex: BigInt(random.index(world.roots.value.length)), root: wordToHex(9n) }]
      : honest.imports,
    ...(random.oneIn(4) ? { falseRoot: wordToHex(random.between(1n, 1n << 20n)) } : {}),
  };
}

/** `abi.encode(amount, receiver, token)`, as a failed deposit is shown. */
export function encodeAssetData(amount: bigint, receiver: Hex, token: Hex): Hex {
  return AbiCoder.defaultAbiCoder().encode(["uint256", "address", "address"], [amount, receiver, token]) as Hex;
}
