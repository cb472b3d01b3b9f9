import { AbiCoder, id, keccak256, type Interface, type LogDescription } from "ethers";

import { digestFromHex, type Digest } from "../../ground/protocol/digest.ts";
import { fromHex } from "../../ground/protocol/hex.ts";

export const WEI_PER_GWEI = 10n ** 9n;

/** Argument of a pool's `transact`. */
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

/** An applied transfer, from the pool's event. */
export interface AppliedTransfer {
  readonly nullifiers: readonly string[];
  /** The created notes; undefined for a withdrawal from a full tree. */
  readonly created: CreatedNotes | undefined;
}

/** Notes of a transfer in the pool's tree. */
export interface CreatedNotes {
  /** Index of the first commitment. */
  readonly index: number;
  readonly commitments: readonly [Digest, Digest];
  readonly ciphertexts: readonly Uint8Array[];
}

/** Digest that a proof binds: as `digestOf` of the contract, computed here because a node could lie about it. */
export function digestOfCall(place: { readonly chainId: bigint; readonly pool: string }, call: JoinSplitCall): Uint8Array {
  const { recipient, relayer, fee, ciphertexts } = call;
  const types = ["bytes32", "uint256", "address", "address", "address", "uint64", "bytes32", "bytes32"];
  const tag = id("hyperchain.join-split.v1");
  const hashes = ciphertexts.map((each) => keccak256(each));
  const encoded = AbiCoder.defaultAbiCoder().encode(types, [tag, place.chainId, place.pool, recipient, relayer, fee, ...hashes]);
  return fromHex(keccak256(encoded));
}

/** Parses an event `Transacted` or `NotesSpent`. Throws DigestError for a commitment that is not canonical, which no pool has. */
export function parseApplied(
  pool: Interface,
  log: { readonly topics: readonly string[]; readonly data: string },
): AppliedTransfer {
  const event: LogDescription | null = pool.parseLog(log);
  if (event === null) throw new TypeError("the log is not of a shielded pool");
  const nullifiers = [...(event.args.getValue("nullifiers") as readonly string[])];
  if (event.name === "NotesSpent") return { nullifiers, created: undefined };
  const [first, second] = (event.args.getValue("commitments") as readonly string[]).map(digestFromHex);
  if (first === undefined || second === undefined) throw new TypeError("a transfer has two commitments");
  const ciphertexts = (event.args.getValue("ciphertexts") as readonly string[]).map((each) => fromHex(each));
  const index = Number(event.args.getValue("index"));
  return { nullifiers, created: { index, commitments: [first, second], ciphertexts } };
}
