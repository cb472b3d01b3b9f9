import type { BridgeMember, GatewayTo } from "../../bridges/bridge-member.ts";
import type { Transmit } from "../../bridges/fixed-deployment.ts";
import type { OwnArtifacts } from "../../bridges/published-code.ts";
import type { BridgeName } from "../../options/bridges.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { Clock } from "../../../ground/runtime/clock.ts";
import type { BridgeDelivery } from "../view/books/bridge-info.ts";
import type { BridgeCrossing } from "./gateway-carrier.ts";

/** Puts a bridge's contracts on members. Each rejects with BridgeSetUpError. */
export interface BridgeSetUp {
  deploy(member: BridgeMember, transmit: Transmit): Promise<void>;
  connect(members: readonly BridgeMember[], gatewayTo: GatewayTo, transmit: Transmit): Promise<void>;
}

/** Dependencies of a bridge's worker, besides its members. */
interface WorkerSeams {
  readonly clock: Clock;
  readonly isHeld: (chainId: bigint) => boolean;
  /** Brings messages between L1 and a chain that a contract of the bridge has sent to its peer, for those that wait for them. */
  readonly bring: (waiting: readonly BridgeCrossing[]) => Promise<boolean>;
}

/** Scope of a look at a bridge. */
export interface BridgeLook {
  /** Whether what was refused is asked again too. Default: false. */
  readonly all?: boolean;
  /** Transaction whose messages alone advance. Default: all do. */
  readonly sentIn?: Hex | undefined;
}

/** A bridge between the current members. */
export interface RunningBridge {
  look(options?: BridgeLook): Promise<boolean>;
  /** True if no message of a transaction can advance automatically, by the last reading; `undefined` if it sent none. */
  areOver(sentIn: Hex): Promise<boolean | undefined>;
  read(): Promise<unknown>;
  /** Undefined where nothing was sent, as for a message that is not this bridge's. */
  execute(id: Hex, gas: bigint | undefined): Promise<Hex | undefined>;
  deliveries(): Promise<readonly BridgeDelivery[]>;
  /** Curses the member with this number on every member, or all members, or ends that; absent if the bridge has no curses. */
  curse?(id: bigint | "all", isCursed: boolean): Promise<void>;
}

/** A bridge of others, as an ecosystem has it. */
export interface BridgeKind {
  readonly name: BridgeName;
  /** Reason why L1 is excluded. */
  readonly withoutL1?: string;
  /** The bridge's number of a member, in its displayed form. */
  toldId(id: bigint): number | string;
  /** Contracts by the address of the bridge's key. */
  contracts(operator: string): Readonly<Record<string, Hex>>;
  /** Contract that passes its records on; at the same address on all members. */
  peer(operator: string): Hex;
  /** Reads the packages of the project in a folder. Rejects with PublishedCodeError. */
  load(folder: string, artifacts: OwnArtifacts): Promise<BridgeSetUp>;
  begin(members: readonly BridgeMember[], seams: WorkerSeams): RunningBridge;
}
