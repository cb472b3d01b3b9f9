import { AbiCoder, type BaseContract, type Contract, id, keccak256 } from "ethers";

import { createJoinSplitSystem } from "../../../../src/proofs/circuits/join-split/join-split-system.ts";
import {
  joinSplitInput,
  type JoinSplitWitness,
  type SpentNote,
} from "../../../../src/proofs/circuits/join-split/join-split-trace.ts";
import { commitmentOf, type Note, ownerOf } from "../../../../src/proofs/circuits/join-split/note.ts";
import { type Digest, digestToHex } from "../../../../src/ground/protocol/digest.ts";
import { fromHex } from "../../../../src/ground/protocol/hex.ts";
import { compress } from "../../../../src/proofs/kernels/poseidon.ts";
import type { Backend } from "../../../../src/proofs/kernels/backend.ts";
import { prove } from "../../../../src/proofs/stark/proofs/prove.ts";
import { CommitmentTree, digestOf, noNote, statementOf } from "../../../circuits/join-split/scenario.ts";
import type { LocalL1 } from "../../../support/l1.ts";

/** Argument of `transact`. */
export interface JoinSplitCall {
  readonly root: string;
  readonly nullifiers: readonly [string, string];
  readonly commitments: readonly [string, string];
  readonly valueIn: bigint;
  readonly valueOut: bigint;
  readonly recipient: string;
  readonly relayer: string;
  readonly fee: bigint;
  readonly ciphertexts: readonly [string, string];
}

export const NO_ACCOUNT = `0x${"0".repeat(40)}`;
export const GWEI = 10n ** 9n;

/** The contracts of a pool, with the generated verifier or another. */
export async function deployPool(l1: LocalL1, verifier?: BaseContract): Promise<Contract> {
  const stark = verifier ?? (await l1.deploy("ShieldedStark", await l1.deploy("ShieldedStarkConstraints1")));
  return (await l1.deploy("ShieldedPool", stark, await l1.deploy("NoteTree"))) as Contract;
}

/** Digest by its definition: independent of `digestOf`. */
export function expectedDigest(chainId: bigint, pool: string, call: JoinSplitCall): string {
  const types = ["bytes32", "uint256", "address", "address", "address", "uint64", "bytes32", "bytes32"];
  const { recipient, relayer, fee, ciphertexts } = call;
  const values = [
    id("hyperchain.join-split.v1"),
    chainId,
    pool,
    recipient,
    relayer,
    fee,
    ...ciphertexts.map((each) => keccak256(each)),
  ];
  return keccak256(AbiCoder.defaultAbiCoder().encode(types, values));
}

/** A transfer before its proof. */
export interface PlannedTransfer {
  readonly inputs?: readonly SpentNote[];
  readonly outputs?: readonly Note[];
  readonly valueIn?: bigint;
  readonly valueOut?: bigint;
  readonly recipient?: string;
  readonly relayer?: string;
  readonly fee?: bigint;
}

/** Notes of one key in one pool, and the pool's tree as the events of the pool build it. */
export class PoolModel {
  readonly tree = new CommitmentTree();
  readonly key: Digest;
  readonly owner: Digest;
  readonly #place: { readonly chainId: bigint; readonly pool: string };
  #seed = 100;

  constructor(key: Digest, place: { readonly chainId: bigint; readonly pool: string }) {
    this.key = key;
    this.owner = ownerOf(compress, key);
    this.#place = place;
  }

  note(value: bigint, owner: Digest = this.owner): Note {
    return { value, owner, random: digestOf(this.#seed++) };
  }

  /** A note of the key as an input, by its index in the tree. */
  spend({ value, random }: Note): SpentNote {
    const leaf = digestToHex(commitmentOf(compress, { value, random, owner: this.owner }));
    const index = this.tree.leaves.findIndex((each) => digestToHex(each) === leaf);
    return { value, random, index, siblings: this.tree.siblings(index) };
  }

  plan(planned: PlannedTransfer): { readonly call: JoinSplitCall; readonly witness: JoinSplitWitness } {
    const { inputs = [], outputs = [], valueIn = 0n, valueOut = 0n, fee = 0n } = planned;
    const [first = noNote(this.#seed++), second = noNote(this.#seed++)] = inputs;
    const [one = this.note(0n), other = this.note(0n)] = outputs;
    const witness: JoinSplitWitness = { nullifierKey: this.key, inputs: [first, second], outputs: [one, other] };
    const { root, nullifiers, commitments } = statementOf(this.tree.root, witness, { valueIn, valueOut });
    const hex = ([a, b]: readonly [Digest, Digest]) => [digestToHex(a), digestToHex(b)] as const;
    const call: JoinSplitCall = {
      ...{ root: digestToHex(root), nullifiers: hex(nullifiers), commitments: hex(commitments), valueIn, valueOut, fee },
      ...{ recipient: planned.recipient ?? NO_ACCOUNT, relayer: planned.relayer ?? NO_ACCOUNT },
      ciphertexts: ["0x01", "0x0203"],
    };
    return { call, witness };
  }

  async prove(planned: PlannedTransfer, backend: Backend): Promise<{ readonly call: JoinSplitCall; readonly proof: Uint8Array }> {
    const { call, witness } = this.plan(planned);
    const { valueIn, valueOut } = call;
    const digest = fromHex(expectedDigest(this.#place.chainId, this.#place.pool, call));
    const statement = { ...statementOf(this.tree.root, witness, { valueIn, valueOut }), digest };
    return { call, proof: await prove(createJoinSplitSystem(), joinSplitInput(statement, witness), backend) };
  }

  /** Appends a transfer's commitments to the tree, as its event has them. */
  applied(outputs: readonly Note[]): void {
    this.tree.append(...outputs.map((note) => commitmentOf(compress, note)));
  }
}
