import type { CarriedOut, Environment } from "../core/environment.ts";
import {
  ASSET_ROUTER_ADDRESS,
  AssetMessageKind,
  decodeAssetMessage,
  encodeAssetMessage,
  type AssetTransfer,
} from "../../ground/protocol/asset-message.ts";
import { deliveryFlagKey } from "../../ground/protocol/delivery-flag.ts";
import { LeafKind } from "../../ground/protocol/domain-tags.ts";
import { fromHex, keccak, type Hex } from "../../ground/protocol/hex.ts";
import type { BatchNumber, ChainId, MessageHash } from "../../ground/protocol/ids.ts";
import { hashOutputs } from "../../ground/protocol/outputs.ts";
import { PREDEPLOYS } from "../../ground/protocol/predeploys.ts";
import { canonicalTxHash } from "../../ground/protocol/priority-op.ts";
import type { PubdataLog } from "../../ground/protocol/pubdata.ts";
import type { ImportedRoot } from "../../ground/protocol/rolling-hash.ts";
import { isTransferList } from "../../ground/protocol/transfer-list.ts";
import type { SealedBatch } from "../model/sealed-batch.ts";
import { MAX_IMPORTS, type BatchLimits } from "../ordering/limits.ts";
import { batchOutputs } from "../ordering/open-batch.ts";
import type { StateTree } from "../state/state-tree.ts";
import type { EnvironmentCommand } from "./environment-command.ts";
import { EnvironmentRefusal } from "./environment-error.ts";
import type { EnvironmentStep, ExecutionEnvironment, OutgoingTransfer, StepEffects } from "./execution-environment.ts";
import { includedIn, isRefused, type ProvenMessage } from "./message-proof.ts";
import { OpenEffects, requireAllowed } from "./open-effects.ts";

/** Slot of the counter in every chain's asset router (`L2AssetRouter.sol`). */
const NEXT_NONCE = { leafKind: LeafKind.storage, address: BigInt(ASSET_ROUTER_ADDRESS), slot: 0n } as const;
const NO_FEES: Hex = `0x${"00".repeat(20)}`;

/** Facts of a chain that its steps depend on. */
export interface EnvironmentRules {
  readonly chainId: ChainId;
  readonly settlementChainId: ChainId;
  /** Creation of the chain; seconds of L1's time. */
  readonly bornAt: bigint;
  /** Exports of each batch besides its logs (`hashExtensions`). */
  readonly extensions: Hex;
  readonly limits: BatchLimits;
}

/** Result of a decided step. */
export interface EnvironmentResult<Command, Receipt> extends CarriedOut<EnvironmentCommand<Command>, SealedBatch> {
  readonly batchNumber: BatchNumber;
  readonly block: bigint;
  /** Absent for imports and seals. */
  readonly receipt?: Receipt;
  /** Messages of the step in their order: keccak of each body. */
  readonly messageHashes: readonly MessageHash[];
}

/** The open batch. */
interface OpenBatch {
  readonly firstBlock: bigint;
  readonly firstTimestamp: bigint;
  readonly logs: readonly PubdataLog[];
  readonly canonicalTxHashes: readonly Hex[];
  readonly importedRoots: readonly ImportedRoot[];
  readonly steps: number;
}

/** State between two steps. */
interface ReducerMark {
  readonly environment: unknown;
  readonly batch: OpenBatch | undefined;
  readonly effects: OpenEffects;
  readonly nextBatch: BatchNumber;
  readonly head: { readonly block: bigint; readonly timestamp: bigint };
  readonly roots: ReadonlyMap<bigint, Hex>;
}

/**
 * The order of a chain with an execution environment: executes steps, verifies messages of other chains against imported roots,
 * marks deliveries, numbers transfers and forms sealed batches.
 */
export class EnvironmentReducer<Command, Receipt> implements Environment<
  EnvironmentCommand<Command>,
  SealedBatch,
  EnvironmentResult<Command, Receipt>,
  ReducerMark
> {
  readonly name = "order";
  readonly #rules: EnvironmentRules;
  readonly #environment: ExecutionEnvironment<Command, Receipt>;
  readonly #tree: StateTree;
  #batch: OpenBatch | undefined;
  #effects: OpenEffects;
  #nextBatch: BatchNumber;
  #head: ReducerMark["head"];
  #roots = new Map<bigint, Hex>();

  constructor(
    rules: EnvironmentRules,
    { environment, tree }: { readonly environment: ExecutionEnvironment<Command, Receipt>; readonly tree: StateTree },
  ) {
    this.#rules = rules;
    this.#environment = environment;
    this.#tree = tree;
    this.#effects = new OpenEffects(tree);
    this.#nextBatch = 0n;
    this.#head = { block: 0n, timestamp: rules.bornAt };
  }

  get batchNumber(): BatchNumber {
    return this.#nextBatch;
  }

  get head(): ReducerMark["head"] {
    return this.#head;
  }

  /** Seconds of the open batch's first step; undefined if no batch is open. */
  get openedAt(): bigint | undefined {
    return this.#batch?.firstTimestamp;
  }

  /** True if the open batch holds more than imported roots. */
  get isAwaited(): boolean {
    return (this.#batch?.steps ?? 0) > 0;
  }

  /** True if the largest step may have no room in the open batch. */
  get isFull(): boolean {
    const isFull = this.#effects.isFull(this.#rules.limits, this.#tree.leafCount);
    return this.#batch !== undefined && (isFull || this.#batch.importedRoots.length >= MAX_IMPORTS);
  }

  hasImported(registryIndex: bigint): boolean {
    return this.#roots.has(registryIndex);
  }

  /** Rejects with EnvironmentRefusal, as the environment, or with EnvironmentError for effects that no batch may have. */
  async carryOut(command: EnvironmentCommand<Command>): Promise<EnvironmentResult<Command, Receipt>> {
    const { timestamp } = command;
    if (timestamp < this.#head.timestamp)
      throw new EnvironmentRefusal(
        "TimeRunsBackwards",
        `a step of second ${timestamp} follows one of ${this.#head.timestamp}; use a later second`,
      );
    const block = this.#head.block + 1n;
    const common = { command, batchNumber: this.batchNumber, block };
    switch (command.type) {
      case "seal":
        return { ...common, sealed: this.#seal(block, timestamp), messageHashes: [] };
      case "imports":
        this.#open(block, timestamp);
        this.#import(command.roots);
        return { ...common, sealed: undefined, messageHashes: [] };
      case "command":
        return { ...common, sealed: undefined, ...(await this.#execute(command, { block, timestamp }, [])) };
      case "operation":
        return { ...common, sealed: undefined, ...(await this.#operation(command.operation, { block, timestamp })) };
      case "delivery":
        return { ...common, sealed: undefined, ...(await this.#deliver(command.message, { block, timestamp })) };
      case "refund":
        return { ...common, sealed: undefined, ...(await this.#refund(command, { block, timestamp })) };
    }
  }

  mark(): ReducerMark {
    return {
      environment: this.#environment.mark(),
      batch: this.#batch,
      effects: new OpenEffects(this.#tree, this.#effects),
      nextBatch: this.#nextBatch,
      head: this.#head,
      roots: new Map(this.#roots),
    };
  }

  returnTo({ environment, batch, effects, nextBatch, head, roots }: ReducerMark): void {
    this.#environment.returnTo(environment);
    this.#batch = batch;
    this.#effects = new OpenEffects(this.#tree, effects);
    this.#nextBatch = nextBatch;
    this.#head = head;
    this.#roots = new Map(roots);
  }

  async #operation(
    operation: Extract<EnvironmentCommand<Command>, { readonly type: "operation" }>["operation"],
    at: ReducerMark["head"],
  ) {
    const hash = canonicalTxHash(operation);
    const done = await this.#execute({ type: "operation", hash, operation }, at, []);
    const { success } = done;
    this.#log({ type: "priorityOp", success });
    this.#batch = { ...this.#opened, canonicalTxHashes: [...this.#opened.canonicalTxHashes, hash] };
    return done;
  }

  /** A message is delivered once, from a batch of after this chain's creation: L1 refunds earlier transfers to their senders. */
  #deliver(message: ProvenMessage, at: ReducerMark["head"]) {
    const { chainId, bornAt } = this.#rules;
    const [transfer, firstTimestamp] = this.#verified(message);
    if (transfer.destinationChainId !== chainId || isTransferList(transfer) || transfer.recipient === PREDEPLOYS.InteropHandler)
      throw new EnvironmentRefusal(
        "NotATransferHere",
        `the message is not a transfer to an account of chain ${chainId}; lists and bundles need the EVM's contracts`,
      );
    if (firstTimestamp <= bornAt)
      throw new EnvironmentRefusal(
        "SentBeforeChain",
        `the transfer's batch began at second ${firstTimestamp} and the chain was created at ${bornAt}; refund it where it was sent`,
      );
    const arrival = {
      ...transfer,
      kind: AssetMessageKind.hyperbridgeDelivery,
      destinationChainId: chainId,
    };
    return this.#execute({ type: "arrival", sourceChainId: message.chainId, transfer }, at, [arrival], message);
  }

  #refund(
    { message, refused }: { readonly message: ProvenMessage; readonly refused: readonly bigint[] },
    at: ReducerMark["head"],
  ) {
    const [transfer, , record] = this.#verified(message);
    if (message.chainId !== this.#rules.chainId || !isRefused(record, transfer.destinationChainId, refused))
      throw new EnvironmentRefusal(
        "NotRefused",
        `L1 did not refuse the transfer to chain ${transfer.destinationChainId}; deliver it there`,
      );
    return this.#execute({ type: "refund", transfer }, at, [], message);
  }

  /** Transfer of an included message that was not delivered, with the first second and the record of its batch. */
  #verified(message: ProvenMessage): readonly [AssetTransfer, bigint, NonNullable<ReturnType<typeof includedIn>>] {
    const record = includedIn(message, this.#roots);
    if (record === undefined)
      throw new EnvironmentRefusal("NotIncluded", "no imported root contains the message; import the root of its proof first");
    const transfer = decodeAssetMessage(fromHex(message.message.data));
    if (transfer?.kind !== AssetMessageKind.hyperbridgeSend || message.message.sender !== ASSET_ROUTER_ADDRESS)
      throw new EnvironmentRefusal("NotATransferHere", "the message is not a transfer of an asset router");
    if (this.#effects.value(this.#flagOf(message)) !== 0n)
      throw new EnvironmentRefusal("AlreadyDelivered", "the transfer was delivered or refunded before");
    return [transfer, record.firstTimestamp, record];
  }

  #flagOf({ chainId, message }: ProvenMessage) {
    return deliveryFlagKey(chainId, keccak(fromHex(message.data)));
  }

  /** Nothing has changed if the environment refuses the step. */
  async #execute(
    step: EnvironmentStep<Command>,
    at: ReducerMark["head"],
    arrivals: readonly Omit<AssetTransfer, "nonce">[],
    message?: ProvenMessage,
  ) {
    const effects = await this.#environment.execute(step, { ...at, batchNumber: this.batchNumber });
    requireAllowed(effects);
    this.#open(at.block, at.timestamp);
    this.#batch = { ...this.#opened, steps: this.#opened.steps + 1 };
    for (const leaf of effects.writes) this.#effects.write(leaf);
    if (message !== undefined) this.#effects.write({ ...this.#flagOf(message), value: 1n });
    const bodies = arrivals.map((arrival) => this.#numbered(arrival, 0n));
    for (const body of bodies) this.#log(body);
    const messageHashes = [...bodies.map(({ body }) => keccak(body)), ...this.#send(effects)];
    return { receipt: effects.receipt, success: effects.success ?? true, messageHashes };
  }

  #send({ transfers = [], messages = [] }: StepEffects<Receipt>): readonly MessageHash[] {
    const sent = [
      ...transfers.map((transfer) => this.#numbered({ kind: this.#kindOf(transfer), ...transfer }, transfer.fee ?? 0n)),
      ...messages.map(({ sender, body }) => ({ type: "message" as const, sender, body })),
    ];
    for (const message of sent) this.#log(message);
    return sent.map(({ body }) => keccak(body));
  }

  #kindOf({ destinationChainId }: OutgoingTransfer): AssetTransfer["kind"] {
    const { withdrawal, hyperbridgeSend } = AssetMessageKind;
    return destinationChainId === this.#rules.settlementChainId ? withdrawal : hyperbridgeSend;
  }

  /** Message of the asset router with its next number. */
  #numbered(transfer: Omit<AssetTransfer, "nonce">, fee: bigint) {
    const number = this.#effects.value(NEXT_NONCE);
    this.#effects.write({ ...NEXT_NONCE, value: number + 1n });
    const body = encodeAssetMessage({ ...transfer, nonce: fee * 2n ** 128n + number });
    return { type: "message" as const, sender: ASSET_ROUTER_ADDRESS, body };
  }

  #log(entry: PubdataLog): void {
    this.#effects.log(entry);
    this.#batch = { ...this.#opened, logs: [...this.#opened.logs, entry] };
  }

  #import(roots: readonly ImportedRoot[]): void {
    this.#effects.imported(roots.length);
    for (const { registryIndex, root } of roots) this.#roots.set(registryIndex, root);
    this.#batch = { ...this.#opened, importedRoots: [...this.#opened.importedRoots, ...roots] };
  }

  /** Moves the head to a step that is executed, and opens a batch if none is open. */
  #open(block: bigint, timestamp: bigint): void {
    this.#batch ??= {
      firstBlock: block,
      firstTimestamp: timestamp,
      steps: 0,
      logs: [],
      canonicalTxHashes: [],
      importedRoots: [],
    };
    this.#head = { block, timestamp };
  }

  get #opened(): OpenBatch {
    if (this.#batch === undefined) throw new TypeError("no batch is open");
    return this.#batch;
  }

  #seal(lastBlock: bigint, lastTimestamp: bigint): SealedBatch {
    this.#open(lastBlock, lastTimestamp);
    const { logs, canonicalTxHashes, importedRoots, steps } = this.#opened;
    const exported = { ...this.#opened, number: this.#nextBatch, cheatCount: 0n };
    const { extensions } = this.#rules;
    const outputs = batchOutputs(exported, lastBlock, lastTimestamp, { extensions, coinbase: NO_FEES });
    const writes = this.#effects.net();
    this.#batch = undefined;
    this.#effects = new OpenEffects(this.#tree);
    this.#nextBatch++;
    const outputsHash = hashOutputs(outputs);
    return { outputs, outputsHash, logs, canonicalTxHashes, importedRoots, writes, bytecodes: [], transactionCount: steps };
  }
}
