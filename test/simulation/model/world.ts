import type { ChainExtensions } from "../../../src/ground/protocol/genesis.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import type { L2CanonicalTransaction } from "../../../src/ground/protocol/priority-op.ts";
import { type StoredBatch, genesisStoredBatch } from "../../../src/ground/protocol/stored-batch.ts";
import type { RegisteredBatch } from "../../../src/ground/protocol/transaction-tree.ts";
import { ZERO_ADDRESS } from "./aliases.ts";
import { Amounts, Cell, Journal, Table } from "./journal.ts";

/** The contracts that the simulation calls. */
export const PROTOCOL_CONTRACTS = [
  "ChainContract",
  "ChainFactory",
  "SharedBridge",
  "ChainSettings",
  "StateExit",
  "StateTree",
  "VerifierRegistry",
  "TransactionRootRegistry",
  "BytecodeRegistry",
  "BatchReader",
  "RollupCalldataPolicy",
  "CommitteePolicy",
  "AllOfPolicy",
  "AnyOfPolicy",
  "NoProofVerifier",
  "ProofAggregator",
] as const;
export const OTHER_CONTRACTS = [
  "ThirdParty",
  "HostileToken",
  "SecondBridgeDouble",
  "FiltererDouble",
  "VerifierDouble",
  "AggregateVerifierDouble",
  "ConstructorRequester",
] as const;
export type ContractKind = (typeof PROTOCOL_CONTRACTS)[number] | (typeof OTHER_CONTRACTS)[number];

/** Configuration at the creation of a chain. */
export interface Configuration {
  readonly chainId: bigint;
  readonly protocolVersion: bigint;
  readonly admin: Hex;
  readonly baseToken: Hex;
  readonly dataAvailabilityPolicy: Hex;
  readonly transactionFilterer: Hex;
  readonly sequencingMode: bigint;
  readonly cheatsAllowed: boolean;
  readonly isGoverned: boolean;
  readonly takesReplacements: boolean;
  readonly requiresSecondCheck: boolean;
  readonly validatorThreshold: bigint;
  readonly standbyThreshold: bigint;
  readonly executionDelay: bigint;
  readonly priorityOpWindow: bigint;
  readonly exitDelay: bigint;
  readonly priorityGasPerSecond: bigint;
  readonly l2GasPrice: bigint;
  readonly sequencer: Hex;
  readonly importBatches: bigint;
  readonly importStateRoot: Hex;
  readonly importData: Hex;
  readonly validators: readonly Hex[];
  readonly standby: readonly Hex[];
}

/** An operation in a chain's queue. */
export interface QueuedOperation {
  readonly hash: Hex;
  /** Seconds with 32 binary digits behind the point. */
  readonly deadline: bigint;
  readonly payer: Hex;
  readonly operation: L2CanonicalTransaction;
}

/** A chain's way to its next protocol version. */
export interface Upgrade {
  readonly version: bigint;
  /** Seconds. */
  readonly effectiveAt: bigint;
  /** Operations that batches of the version before take. */
  readonly operations: bigint;
}

/** Terms of an epoch that differ here, and the start of their validity. */
export interface EpochTerms {
  /** Seconds; may be ahead of L1's clock. */
  readonly since: bigint;
  readonly threshold: bigint;
  readonly validators: readonly Hex[];
  readonly standbyThreshold: bigint;
  readonly standby: readonly Hex[];
  readonly transactionFilterer: Hex;
  readonly isGoverned: boolean;
  readonly takesReplacements: boolean;
}

/** A chain's contract. */
export class Chain {
  readonly configuration: Configuration;
  readonly address: Hex;
  readonly genesis: StoredBatch;
  /** Seconds. */
  readonly bornAt: bigint;
  /** Exports of its batches in addition to their logs. */
  readonly extensions: ChainExtensions;
  readonly queue: Table<QueuedOperation>;
  readonly operationsQueued: Cell<bigint>;
  readonly operationsExecuted: Cell<bigint>;
  readonly committed: Cell<bigint>;
  readonly verified: Cell<bigint>;
  readonly executed: Cell<bigint>;
  readonly isInitialized: Cell<boolean>;
  readonly exited: Cell<boolean>;
  readonly revertCount: Cell<bigint>;
  readonly executedStateRoot: Cell<Hex>;
  /** Protocol version of the last executed batch. */
  readonly executedVersion: Cell<bigint>;
  /** Protocol version before the upgrade, or without one. */
  readonly version: Cell<bigint>;
  readonly upgrade: Cell<Upgrade | undefined>;
  /** Terms by epoch; the last one may wait. */
  readonly epochs: Cell<readonly EpochTerms[]>;
  readonly admin: Cell<Hex>;
  readonly offeredTo: Cell<Hex>;
  readonly l2GasPrice: Cell<bigint>;
  /** When the price rose last; seconds. */
  readonly priceRoseAt: Cell<bigint>;
  /** Last block of the last executed batch. */
  readonly lastExecutedBlock: Cell<bigint>;
  /** When the registry got the chain's last leaf. */
  readonly recordedAt: Cell<bigint>;
  /** Batches by number, those of reverted batches included. */
  readonly batches: Table<StoredBatch>;
  readonly logRoots: Table<Hex>;
  /** First batch of the unbroken run of those that ends with the last executed one. */
  readonly provenSince: Cell<bigint>;

  constructor(
    journal: Journal,
    configuration: Configuration,
    address: Hex,
    version: ProtocolVersion,
    { bornAt, extensions }: { readonly bornAt: bigint; readonly extensions: ChainExtensions },
  ) {
    this.bornAt = bornAt;
    this.extensions = extensions;
    this.configuration = configuration;
    this.address = address;
    this.genesis = genesisStoredBatch(configuration.protocolVersion, version.genesisStateRoot, version.genesisLeafCount);
    this.queue = new Table(journal);
    this.operationsQueued = new Cell(journal, 0n);
    this.operationsExecuted = new Cell(journal, 0n);
    this.committed = new Cell(journal, 0n);
    this.verified = new Cell(journal, 0n);
    this.executed = new Cell(journal, 0n);
    this.isInitialized = new Cell(journal, false);
    this.exited = new Cell(journal, false);
    this.revertCount = new Cell(journal, 0n);
    this.executedStateRoot = new Cell(journal, version.genesisStateRoot);
    this.executedVersion = new Cell(journal, configuration.protocolVersion);
    this.version = new Cell(journal, configuration.protocolVersion);
    this.upgrade = new Cell<Upgrade | undefined>(journal, undefined);
    const { validatorThreshold: threshold, validators, standbyThreshold, standby } = configuration;
    const { transactionFilterer, admin, l2GasPrice, isGoverned, takesReplacements } = configuration;
    const flags = { isGoverned, takesReplacements };
    const first = { since: 0n, threshold, validators, standbyThreshold, standby, transactionFilterer, ...flags };
    this.epochs = new Cell<readonly EpochTerms[]>(journal, [first]);
    this.admin = new Cell(journal, admin);
    this.offeredTo = new Cell(journal, ZERO_ADDRESS);
    this.l2GasPrice = new Cell(journal, l2GasPrice);
    this.priceRoseAt = new Cell(journal, 0n);
    this.lastExecutedBlock = new Cell(journal, 0n);
    this.recordedAt = new Cell(journal, 0n);
    this.batches = new Table(journal);
    this.logRoots = new Table(journal);
    this.provenSince = new Cell(journal, 0n);
  }

  get id(): bigint {
    return this.configuration.chainId;
  }

  /** Terms in force at that second of L1's time. */
  termsAt(now: bigint): EpochTerms {
    return this.epochs.value.findLast(({ since }) => since <= now)!;
  }

  /** The last committed batch, or the record before the first. */
  get last(): StoredBatch {
    return this.batchBefore(this.committed.value);
  }

  batchBefore(number: bigint): StoredBatch {
    return number === 0n ? this.genesis : this.batches.get(number - 1n)!;
  }
}

export interface ProtocolVersion {
  readonly verifier: Hex;
  /** The zero address: no version here has one. */
  readonly secondVerifier: Hex;
  /** The zero address where the version proves no execution. */
  readonly aggregator: Hex;
  readonly tree: Hex;
  readonly reader: Hex;
  readonly genesisStateRoot: Hex;
  readonly genesisLeafCount: bigint;
  readonly executionKey: Hex;
}

/** State of the bridge. Keys are in the order of the contract's mappings. */
export interface Bridge {
  readonly balance: Amounts;
  readonly pot: Amounts;
  readonly transit: Amounts;
  /** Refusals by source, batch and destination: set if a transfer was refused because no chain had the id. */
  readonly refusals: Table<true>;
  readonly finalized: Table<true>;
  readonly deposits: Table<Hex>;
  readonly refunded: Table<true>;
  readonly baseTokenRefunded: Table<true>;
  readonly tokenAddress: Table<Hex>;
  readonly entered: Cell<boolean>;
}

/** A token that its owner directs. */
export interface Token {
  readonly balance: Amounts;
  readonly blacklisted: Table<boolean>;
  readonly paused: Cell<boolean>;
  readonly answersFalse: Cell<boolean>;
  readonly fee: Cell<bigint>;
  readonly onTransfer: Cell<Call | undefined>;
  readonly attacking: Cell<boolean>;
}

/** A contract of a third party. */
export interface Party {
  readonly refusesEther: Cell<boolean>;
  readonly onEther: Cell<readonly Call[]>;
}

/** A call of a contract's function. */
export interface Call {
  readonly to: Hex;
  readonly fn: string;
  readonly args: readonly unknown[];
  readonly value: bigint;
  /** Bytes behind the arguments: decoders take them, but they are not the ABI's one encoding. */
  readonly trailing?: Hex;
}

export interface Addresses {
  readonly factory: Hex;
  readonly bridge: Hex;
  readonly verifiers: Hex;
  readonly roots: Hex;
  readonly bytecodes: Hex;
  readonly settings: Hex;
  readonly stateExit: Hex;
  readonly stateTree: Hex;
  readonly implementation: Hex;
  readonly reader: Hex;
  readonly governance: Hex;
  /** The first one. */
  readonly council: Hex;
}

/** Standing of a version: frozen, halted or neither. */
export interface Standing {
  readonly frozenUntil: bigint;
  /** 0 where it is not. */
  readonly haltedAt: bigint;
  readonly replacement: bigint;
}

/** In seconds. */
interface Times {
  readonly retirementNotice: bigint;
  readonly revealDelay: bigint;
  readonly recoveryTime: bigint;
  readonly reactionTime: bigint;
  readonly freezeTime: bigint;
  readonly freezeCycle: bigint;
}

/** The contracts' state, as the model understands it. */
export class World {
  readonly journal = new Journal();
  readonly l1ChainId: bigint;
  readonly addresses: Addresses;
  readonly retirementNotice: bigint;
  readonly revealDelay: bigint;
  readonly recoveryTime: bigint;
  readonly reactionTime: bigint;
  readonly announcedAt: Table<bigint>;
  /** Which contract is at an address; accounts without code are absent. */
  readonly kinds: Table<ContractKind>;
  /** Accounts with a key and code (EIP-7702). */
  readonly delegated: ReadonlySet<Hex>;
  readonly chains: Table<Chain>;
  readonly chainIds: Cell<readonly bigint[]>;
  readonly versions: Table<ProtocolVersion>;
  readonly retiresAt: Table<bigint>;
  /** Standings of versions that were frozen or halted. */
  readonly standings: Table<Standing>;
  readonly approvals: Table<{ readonly replacement: bigint; readonly until: bigint }>;
  /** Freeze time spent since the last freeze of an earlier cycle, and the end of the last freeze. */
  readonly spent: Cell<{ readonly time: bigint; readonly lastEnd: bigint }>;
  readonly council: Cell<Hex>;
  readonly nextCouncil: Cell<{ readonly next: Hex; readonly effectiveAt: bigint } | undefined>;
  readonly freezeTime: bigint;
  readonly freezeCycle: bigint;
  readonly bridge: Bridge;
  readonly factoryEntered: Cell<boolean>;
  /** Balance of the bridge in ETH. */
  readonly ether: Cell<bigint>;
  /** Leaves of the tree behind the Transaction Root. */
  readonly rootLeaves: Cell<readonly Hex[]>;
  /** Contents of those leaves. */
  readonly rootContents: Cell<readonly RegisteredBatch[]>;
  readonly roots: Cell<readonly Hex[]>;
  readonly publishedCode: Table<true>;
  readonly claimed: Amounts;
  readonly refundedTransfers: Table<true>;
  /** Payments by flow and leg. */
  readonly paidEscrows: Table<"whole" | "withoutFee">;
  readonly tokens: Table<Token>;
  readonly parties: Table<Party>;
  readonly committees = new Map<Hex, { readonly members: readonly Hex[]; readonly threshold: bigint }>();
  readonly compositions = new Map<Hex, readonly Hex[]>();
  /** Second bridges of other people, and what they answer. */
  readonly secondBridges = new Map<Hex, Hex>();
  /** Filterers, and the one sender whom they let in. */
  readonly filterers = new Map<Hex, Hex>();
  /** Aggregators, with their version and verifier. */
  readonly aggregators = new Map<Hex, { readonly version: bigint; readonly verifier: Hex }>();
  /** Verifiers' doubles that say no. */
  readonly refusingVerifiers: Table<boolean>;

  constructor(l1ChainId: bigint, addresses: Addresses, times: Times, emptyRoot: Hex, delegated: ReadonlySet<Hex>) {
    const { journal } = this;
    this.l1ChainId = l1ChainId;
    this.addresses = addresses;
    this.retirementNotice = times.retirementNotice;
    this.revealDelay = times.revealDelay;
    this.recoveryTime = times.recoveryTime;
    this.reactionTime = times.reactionTime;
    this.announcedAt = new Table(journal);
    this.delegated = delegated;
    this.kinds = new Table(journal);
    this.chains = new Table(journal);
    this.chainIds = new Cell<readonly bigint[]>(journal, []);
    this.versions = new Table(journal);
    this.retiresAt = new Table(journal);
    this.standings = new Table(journal);
    this.approvals = new Table(journal);
    this.spent = new Cell(journal, { time: 0n, lastEnd: 0n });
    this.council = new Cell(journal, addresses.council);
    this.nextCouncil = new Cell<{ readonly next: Hex; readonly effectiveAt: bigint } | undefined>(journal, undefined);
    this.freezeTime = times.freezeTime;
    this.freezeCycle = times.freezeCycle;
    this.bridge = {
      balance: new Amounts(journal),
      pot: new Amounts(journal),
      transit: new Amounts(journal),
      refusals: new Table(journal),
      finalized: new Table(journal),
      deposits: new Table(journal),
      refunded: new Table(journal),
      baseTokenRefunded: new Table(journal),
      tokenAddress: new Table(journal),
      entered: new Cell(journal, false),
    };
    this.factoryEntered = new Cell(journal, false);
    this.ether = new Cell(journal, 0n);
    this.rootLeaves = new Cell<readonly Hex[]>(journal, []);
    this.rootContents = new Cell<readonly RegisteredBatch[]>(journal, []);
    this.roots = new Cell<readonly Hex[]>(journal, [emptyRoot]);
    this.publishedCode = new Table(journal);
    this.claimed = new Amounts(journal);
    this.refundedTransfers = new Table(journal);
    this.paidEscrows = new Table(journal);
    this.tokens = new Table(journal);
    this.parties = new Table(journal);
    this.refusingVerifiers = new Table(journal);
  }

  /** The chain whose contract is at this address. */
  chainAt(address: Hex): Chain {
    for (const id of this.chainIds.value) {
      const chain = this.chains.get(id);
      if (chain?.address === address) return chain;
    }
    throw new Error(`no chain at ${address}`);
  }

  allChains(): Chain[] {
    return this.chainIds.value.map((id) => this.chains.get(id)!);
  }

  hasCode(address: Hex): boolean {
    return this.kinds.get(address) !== undefined || this.delegated.has(address);
  }

  addToken(address: Hex): void {
    const { journal } = this;
    this.kinds.set("HostileToken", address);
    this.tokens.set(
      {
        balance: new Amounts(journal),
        blacklisted: new Table(journal),
        paused: new Cell(journal, false),
        answersFalse: new Cell(journal, false),
        fee: new Cell(journal, 0n),
        onTransfer: new Cell<Call | undefined>(journal, undefined),
        attacking: new Cell(journal, false),
      },
      address,
    );
  }

  addParty(address: Hex): void {
    this.kinds.set("ThirdParty", address);
    this.parties.set(
      { refusesEther: new Cell(this.journal, false), onEther: new Cell<readonly Call[]>(this.journal, []) },
      address,
    );
  }
}
