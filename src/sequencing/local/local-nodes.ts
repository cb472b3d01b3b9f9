import { randomBytes } from "node:crypto";
import type { Chain } from "../../chain/chain.ts";
import type { OtherLeaders } from "../../chain/sequencer/leader-turns.ts";
import { quorumOf, type CountedVote } from "../../consensus/votes.ts";
import { toHex, type Hex } from "../../protocol/hex.ts";
import type { TypedDataDomain } from "../../protocol/quorum.ts";
import { checkedChain, type CheckedChain, type SharedInputs } from "../checked-chain.ts";
import { ExecutedInputs } from "../executed-inputs.ts";
import { NodeFaults, type NodeCondition } from "./node-faults.ts";
import { NodeGroup, type GroupSurroundings } from "./node-group.ts";

/** State of the nodes that decide a chain together. */
interface NodesState {
  readonly view: number;
  /** Index of the view's leader. */
  readonly leader: number;
  /** Equal votes that decide. */
  readonly quorum: number;
  readonly nodes: readonly {
    readonly address: Hex;
    readonly state: NodeCondition;
    /** Absent while the node does not run. */
    readonly view?: number;
  }[];
  /** Pairs of votes that no honest node casts, by the address of their signer. */
  readonly evidence: readonly { readonly signer: Hex; readonly view: number }[];
}

/** Inputs that no leader can name here: every decision of an honest leader was made by this process. */
const NO_INPUTS: SharedInputs = { operation: () => undefined, root: () => undefined, wish: () => undefined };

/**
 * Nodes of one process that decide a chain's commands together. They share the chain: one execution serves all. After each return
 * of the chain to an earlier state they begin a new life; votes of earlier lives do not count.
 */
export class LocalNodes implements OtherLeaders {
  readonly #surroundings: Omit<GroupSurroundings, "faults" | "onEvidence" | "onFailure">;
  readonly #domain: TypedDataDomain;
  readonly #faults: NodeFaults;
  #evidence: readonly CountedVote[] = [];
  #chain: { readonly chain: Chain; readonly checked: CheckedChain } | undefined;
  #group: NodeGroup | undefined;
  #isClosed = false;

  constructor(surroundings: Omit<GroupSurroundings, "faults" | "onEvidence" | "onFailure">, domain: TypedDataDomain) {
    this.#surroundings = surroundings;
    this.#domain = domain;
    this.#faults = new NodeFaults(surroundings.keys.length);
  }

  /** Starts the nodes of a chain whose sequencer leads in turns. */
  start(chain: Chain): void {
    const checked = checkedChain(chain, () => NO_INPUTS, new ExecutedInputs());
    this.#chain = { chain, checked };
    this.#begin(1);
  }

  get state(): NodesState {
    const { keys } = this.#surroundings;
    return {
      view: this.#group?.view ?? 0,
      leader: this.#group?.leader ?? 0,
      quorum: quorumOf(keys.length),
      nodes: keys.map(({ address }, index) => {
        const view = this.#group?.viewOf(index);
        return { address, state: this.#faults.stateOf(index), ...(view === undefined ? {} : { view }) };
      }),
      evidence: this.#evidence.map(({ voter, view }) => ({ signer: keys[voter]?.address ?? "0x", view })),
    };
  }

  onWork(): void {
    this.#group?.onWork();
  }

  onReturned(): void {
    if (this.#chain === undefined) return;
    const firstView = (this.#group?.view ?? 0) + 1;
    // The work of the old life waits for the chain, and the chain for this call.
    void this.#group?.end();
    this.#begin(firstView);
  }

  /** Ends a node; the others continue. Throws RangeError for a node that does not exist. */
  async crash(index: number): Promise<void> {
    this.#faults.set(index, "crashed");
    await this.#group?.stop(index);
  }

  /** Lets a node vote, and neither send nor receive. */
  silence(index: number): void {
    this.#faults.set(index, "silent");
  }

  /** Lets a node propose different decisions to different nodes when it leads. */
  equivocate(index: number): void {
    this.#faults.set(index, "equivocating");
  }

  /** Loses all messages between nodes of different groups. */
  partition(groups: readonly (readonly number[])[]): void {
    this.#faults.partition(groups);
  }

  /** Ends all faults. Nodes that crashed start with their votes. */
  heal(): void {
    for (let index = 0; index < this.#surroundings.keys.length; index++) this.restart(index);
    this.#faults.partition([]);
    this.#group?.connected();
  }

  /** Ends the faults of a node. */
  restart(index: number): void {
    this.#faults.set(index, "honest");
    this.#group?.start(index);
    this.#group?.connected();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#group?.end();
  }

  #begin(firstView: number): void {
    if (this.#chain === undefined || this.#isClosed) return;
    const { chain, checked } = this.#chain;
    const surroundings: GroupSurroundings = {
      ...this.#surroundings,
      faults: (keys) => this.#faults.of(keys),
      onEvidence: (first) => this.#report(first),
      onFailure: (error) => chain.sequencer.fail(error instanceof Error ? error : new Error(String(error))),
    };
    const group = new NodeGroup(surroundings, {
      domain: { ...this.#domain, salt: toHex(randomBytes(32)) },
      ...{ firstView, chain: checked },
    });
    this.#group = group;
    for (let index = 0; index < this.#surroundings.keys.length; index++)
      if (this.#faults.stateOf(index) !== "crashed") group.start(index);
    group.onWork();
  }

  /** Several nodes see the same evidence. */
  #report(vote: CountedVote): void {
    const isReported = this.#evidence.some(({ voter, view }) => voter === vote.voter && view === vote.view);
    if (!isReported) this.#evidence = [...this.#evidence, vote].slice(-MAX_EVIDENCE);
  }
}

const MAX_EVIDENCE = 100;
