import { fromHex, keccak, numberToHex, wordToHex, type Hex } from "./hex.ts";
import type { BatchNumber, ChainId } from "./ids.ts";
import type { TypedDataDomain } from "./quorum.ts";

/** Promise of a validator that L1 will execute a batch of its chain, for one receiving chain. Plain data. */
export interface BatchPromise {
  readonly toChain: ChainId;
  readonly batchNumber: BatchNumber;
  /** Root of the batch's log tree. */
  readonly logRoot: Hex;
  readonly protocolVersion: bigint;
  /** Second at which the signer's stake counts: the time of `stakedBlock`. */
  readonly stakedAt: bigint;
  /** Hash of the L1 block with this time. */
  readonly stakedBlock: Hex;
  /** Last second at which L1 executes the batch. */
  readonly landsBy: bigint;
  /** Account on L1 that the stake pays if the promise is broken. */
  readonly payee: Hex;
}

/** EIP-712 fields of a `BatchPromise`, which is signed in the domain of the source's validators. */
export const BATCH_PROMISE_TYPES = {
  BatchPromise: [
    { name: "toChain", type: "uint256" },
    { name: "batchNumber", type: "uint64" },
    { name: "logRoot", type: "bytes32" },
    { name: "protocolVersion", type: "uint256" },
    { name: "stakedAt", type: "uint48" },
    { name: "stakedBlock", type: "bytes32" },
    { name: "landsBy", type: "uint48" },
    { name: "payee", type: "address" },
  ],
};

const DOMAIN_TYPE = hashText("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
const PROMISE_TYPE = hashText(
  `BatchPromise(${BATCH_PROMISE_TYPES.BatchPromise.map(({ name, type }) => `${type} ${name}`).join(",")})`,
);

/** EIP-712 digest of a promise. `domain`: that of the source's validators. */
export function hashBatchPromise(promised: BatchPromise, { name, version, chainId, verifyingContract }: TypedDataDomain): Hex {
  const domain = hashWords([
    ...[DOMAIN_TYPE, hashText(name), hashText(version)],
    ...[wordToHex(chainId), wordOfAddress(verifyingContract)],
  ]);
  const { toChain, batchNumber, logRoot, protocolVersion, stakedAt, stakedBlock, landsBy, payee } = promised;
  const struct = hashWords([
    ...[PROMISE_TYPE, wordToHex(toChain), wordToHex(batchNumber), logRoot, wordToHex(protocolVersion)],
    ...[wordToHex(stakedAt), stakedBlock, wordToHex(landsBy), wordOfAddress(payee)],
  ]);
  return keccak(fromHex("0x1901"), fromHex(domain), fromHex(struct));
}

/** Data of the service for which validators of one chain stake coins for promises to another: abi.encode(from, to). */
export function promiseServiceData(fromChain: ChainId, toChain: ChainId): Hex {
  return `${wordToHex(fromChain)}${wordToHex(toChain).slice(2)}` as Hex;
}

function wordOfAddress(address: Hex): Hex {
  return numberToHex(BigInt(address), 32);
}

function hashText(text: string): Hex {
  return keccak(new TextEncoder().encode(text));
}

function hashWords(words: readonly Hex[]): Hex {
  return keccak(...words.map((word) => fromHex(word, 32)));
}
