import type { Log, LogDescription } from "ethers";
import { fromHex, keccak, type Hex } from "../../../ground/protocol/hex.ts";
import { topicOf } from "../../../chain/settlement-layer/reader/contract-interfaces.ts";
import type { BridgeTransactionPlace } from "../bridge-member.ts";
import type { ReadContracts } from "../member-logs.ts";
import type { LayerZeroContracts } from "./deploy.ts";
import { readExecutorOptions, type ExecutorOptions } from "./executor-options.ts";
import { devnetExecutor, endpoint, library } from "./interfaces.ts";
import { decodePacket, destinationIn, guidOf, type Packet } from "./packet.ts";

/** The accounts that a packet's sender pays. */
interface PaidWorkers {
  readonly executor: Hex;
  readonly dvns: readonly Hex[];
}

/** A packet that an application has sent through the library here. */
export interface SentPacket extends Packet {
  readonly sent: BridgeTransactionPlace;
  /** Paid options of the sender's executor; `undefined` if it is not this ecosystem's executor. */
  readonly options: ExecutorOptions | undefined;
  readonly paid: PaidWorkers;
}

/** An additional call that a receiver has queued. */
export interface Composed {
  /** The member's on which it is queued. */
  readonly eid: number;
  readonly from: Hex;
  readonly to: Hex;
  readonly guid: Hex;
  readonly index: number;
  readonly message: Hex;
  executed?: BridgeTransactionPlace;
  failed?: Failure;
  readonly failures: Map<Hex, bigint>;
}

/** A run that the receiver has reverted. */
interface Failure extends BridgeTransactionPlace {
  /** Revert data, at most 4,096 bytes. */
  readonly data: Hex;
}

/** Progress of a packet on its destination. */
export interface Marks {
  /** Networks that have verified the packet. */
  readonly dvns: Set<Hex>;
  committed?: BridgeTransactionPlace;
  executed?: BridgeTransactionPlace;
  failed?: Failure;
  /** Gas of each run that failed, by the transaction that paid for it. */
  readonly failures: Map<Hex, bigint>;
  /** Transaction of the receiver that skipped or burnt the packet. */
  given?: BridgeTransactionPlace;
}

const ENDPOINT_EVENTS = [
  ...[
    "PacketSent",
    "PacketVerified",
    "PacketDelivered",
    "LzReceiveAlert",
    "InboundNonceSkipped",
    "PacketNilified",
    "PacketBurnt",
  ],
  ...["ComposeSent", "ComposeDelivered", "LzComposeAlert"],
];
const LIBRARY_EVENTS = ["ExecutorFeePaid", "DVNFeePaid", "PayloadVerified"];

/**
 * Events of LayerZero's contracts on all members: packets and their progress. The bridge uses no other
 * source.
 */
export class PacketBook {
  readonly #contracts: LayerZeroContracts;
  readonly #packets = new Map<Hex, SentPacket>();
  /** Progress by the hash of the header, which names members, accounts and nonce. */
  readonly #marks = new Map<Hex, Marks>();
  readonly #composed = new Map<Hex, Composed[]>();
  /** The header's hash by path and nonce, which is what the endpoint's events name. */
  readonly #headers = new Map<string, Hex>();
  /** Progress of paths that were named before their packet was read. */
  readonly #early = new Map<string, Marks>();
  /** Packets whose drops were paid. */
  readonly #dropped = new Set<string>();

  constructor(contracts: LayerZeroContracts) {
    this.#contracts = contracts;
  }

  /** Contracts and topics to read of every member. */
  get reads(): ReadContracts {
    const { endpoint: at, sendLib, receiveLib, executor } = this.#contracts;
    const topics = [
      ...ENDPOINT_EVENTS.map((name) => topicOf(endpoint, name)),
      ...LIBRARY_EVENTS.map((name) => topicOf(library, name)),
      topicOf(devnetExecutor, "NativeDropped"),
    ];
    return { addresses: [at, sendLib, receiveLib, executor], topics };
  }

  /** In the order in which they were read. */
  packets(): IterableIterator<SentPacket> {
    return this.#packets.values();
  }

  packet(guid: Hex): SentPacket | undefined {
    return this.#packets.get(guid);
  }

  marks({ header }: Packet): Marks {
    const key = keccak(fromHex(header));
    const known = this.#marks.get(key) ?? unmarked();
    this.#marks.set(key, known);
    return known;
  }

  /** The calls that a packet's receiver has queued; those of other contracts, or on other members, under its name are not its. */
  composed({ guid, receiver, dstEid }: Packet): readonly Composed[] {
    return (this.#composed.get(guid) ?? []).filter(({ from, eid }) => from === receiver && eid === dstEid);
  }

  /** Whether its sender has paid for drops that are to be paid now: anyone may have executed it without them. */
  owesDrops(packet: SentPacket): boolean {
    const { dvns, executed, given } = this.marks(packet);
    // One that its receiver has given up may not have been verified, and anyone may verify for himself.
    const isDue = executed !== undefined || (given !== undefined && dvns.has(this.#contracts.dvn));
    return isDue && (packet.options?.drops.length ?? 0) > 0 && !this.#dropped.has(dropName(packet.dstEid, packet.guid));
  }

  forget(): void {
    const kept = [this.#packets, this.#marks, this.#composed, this.#headers, this.#early, this.#dropped];
    for (const each of kept) each.clear();
  }

  /** Takes a member's logs, in order. `eid` is its number. */
  take(chainId: bigint, eid: number, logs: readonly Log[]): void {
    let paid: PaidWorkers = { executor: NO_ONE, dvns: [] };
    for (const log of logs) {
      const at = { chainId, transactionHash: log.transactionHash as Hex };
      const event = this.#eventIn(log);
      // The library pays its workers just before the endpoint tells the packet; no packet is sent inside another's sending.
      if (event?.name === "ExecutorFeePaid") paid = { executor: lower(event.args["executor"]), dvns: [] };
      else if (event?.name === "DVNFeePaid") paid = { ...paid, dvns: dvnsIn(event) };
      else if (event?.name === "PacketSent") this.#sent(event, { eid, at, paid });
      else if (event !== undefined) this.#record(event, at, eid);
    }
  }

  #eventIn(log: Log): LogDescription | undefined {
    const address = log.address.toLowerCase();
    const { endpoint: at, sendLib, receiveLib, executor } = this.#contracts;
    if (address === executor) return devnetExecutor.parseLog(log) ?? undefined;
    if (address === at) return endpoint.parseLog(log) ?? undefined;
    return address === sendLib || address === receiveLib ? (library.parseLog(log) ?? undefined) : undefined;
  }

  #sent({ args }: LogDescription, { eid, at: sent, paid }: Telling): void {
    const packet = decodePacket(String(args["encodedPayload"]));
    // A chain that lies could tell another's packet with its own options, or have its packet's drops paid under another's name.
    if (packet === undefined || packet.srcEid !== eid || packet.guid !== guidOf(packet)) return;
    // A packet of another library was not priced by this executor, nor verified by this DVN.
    if (lower(args["sendLibrary"]) !== this.#contracts.sendLib) return;
    const isOurs = paid.executor === this.#contracts.executor;
    const options = isOurs ? readExecutorOptions(String(args["options"]) as Hex) : undefined;
    this.#packets.set(packet.guid, { ...packet, sent, options, paid });
    const path = pathOf(packet.receiver, packet, packet.dstEid);
    this.#headers.set(path, keccak(fromHex(packet.header)));
    const early = this.#early.get(path);
    if (early === undefined) return;
    const { dvns: _none, ...told } = early;
    Object.assign(this.marks(packet), told);
    this.#early.delete(path);
  }

  #record({ name, args }: LogDescription, at: BridgeTransactionPlace, eid: number): void {
    const { executor } = this.#contracts;
    const isOurs = (): boolean => lower(args["executor"]) === executor;
    const failure = (): Failure => ({ ...at, data: String(args["reason"]) as Hex });
    switch (name) {
      case "PayloadVerified":
        // What a member tells of packets to another counts nothing.
        if (destinationIn(String(args["header"])) === eid)
          this.#byHeader(keccak(fromHex(String(args["header"])))).dvns.add(lower(args["dvn"]));
        return;
      case "PacketVerified":
        Object.assign(this.#byOrigin(args, eid), { committed: at, given: undefined });
        return;
      case "PacketDelivered":
        this.#byOrigin(args, eid).executed = at;
        return;
      case "LzReceiveAlert":
        // Anyone may tell of a failure.
        if (isOurs()) failIn(this.#byOrigin(args, eid), failure(), args);
        return;
      case "InboundNonceSkipped":
      case "PacketBurnt":
        this.#byPath(pathOf(lower(args["receiver"]), named(args), eid)).given = at;
        return;
      case "PacketNilified":
        Object.assign(this.#byPath(pathOf(lower(args["receiver"]), named(args), eid)), { committed: undefined, given: at });
        return;
      case "NativeDropped":
        this.#dropped.add(dropName(eid, String(args["guid"])));
        return;
      case "ComposeSent":
        this.#queue(args, eid);
        return;
      case "ComposeDelivered":
        for (const composed of this.#named(args, eid)) composed.executed = at;
        return;
      case "LzComposeAlert":
        if (isOurs()) for (const composed of this.#named(args, eid)) failIn(composed, failure(), args);
    }
  }

  #queue(args: LogDescription["args"], eid: number): void {
    const guid = String(args["guid"]) as Hex;
    const [from, to, index] = [lower(args["from"]), lower(args["to"]), Number(args["index"])];
    const message = String(args["message"]) as Hex;
    // Read before, in the receipt of our own transaction.
    if (this.#named(args, eid).length > 0) return;
    this.#composed.set(guid, [
      ...(this.#composed.get(guid) ?? []),
      {
        eid,
        from,
        to,
        guid,
        index,
        message,
        failures: new Map(),
      },
    ]);
  }

  #named(args: LogDescription["args"], eid: number): readonly Composed[] {
    const [from, to, index] = [lower(args["from"]), lower(args["to"]), Number(args["index"])];
    const queued = this.#composed.get(String(args["guid"]) as Hex) ?? [];
    return queued.filter((each) => each.eid === eid && each.from === from && each.to === to && each.index === index);
  }

  #byHeader(hash: Hex): Marks {
    const known = this.#marks.get(hash) ?? unmarked();
    this.#marks.set(hash, known);
    return known;
  }

  #byOrigin(args: LogDescription["args"], eid: number): Marks {
    return this.#byPath(pathOf(lower(args["receiver"]), named(args["origin"] as LogDescription["args"]), eid));
  }

  #byPath(path: string): Marks {
    const header = this.#headers.get(path);
    if (header !== undefined) return this.#byHeader(header);
    const known = this.#early.get(path) ?? unmarked();
    this.#early.set(path, known);
    return known;
  }
}

/** Transaction that emitted a packet. */
interface Telling {
  /** The member's number. */
  readonly eid: number;
  readonly at: BridgeTransactionPlace;
  readonly paid: PaidWorkers;
}

/** Only its destination says that a packet's drops were paid. */
function dropName(eid: number, guid: string): string {
  return `${eid} ${guid}`;
}

function unmarked(): Marks {
  return { dvns: new Set(), failures: new Map() };
}

/** Records a failure. The same failure is read in our transaction's receipt and among its member's logs. */
function failIn(run: Pick<Marks, "failed" | "failures">, failure: Failure, args: LogDescription["args"]): void {
  run.failed = failure;
  run.failures.set(failure.transactionHash, BigInt(args["gas"] as bigint));
}

const NO_ONE: Hex = `0x${"00".repeat(20)}`;

function dvnsIn({ args }: LogDescription): readonly Hex[] {
  return [...(args["requiredDVNs"] as readonly string[]), ...(args["optionalDVNs"] as readonly string[])].map(lower);
}

type Path = Pick<Packet, "srcEid" | "sender" | "nonce">;

function pathOf(receiver: Hex, { srcEid, sender, nonce }: Path, dstEid: number): string {
  return [receiver, dstEid, srcEid, sender, nonce].join(" ");
}

function named(args: LogDescription["args"]): Path {
  return { srcEid: Number(args["srcEid"]), sender: lower(args["sender"]), nonce: BigInt(args["nonce"] as bigint) };
}

function lower(value: unknown): Hex {
  return String(value).toLowerCase() as Hex;
}
