import { encodeRlp, toBeArray } from "ethers";
import { fromHex, hexQuantity, keccak, wordToHex, type Hex } from "../../../ground/protocol/hex.ts";
import type { AskedNode } from "../../relayer/state-proof.ts";
import { ClientError } from "../ecosystem/client-error.ts";

/** Header of a block of L1, and nodes of its state's tries: evidence that contracts check against the block's hash. */
export interface L1Evidence {
  readonly header: Hex;
  readonly accountProof: readonly Hex[];
  readonly storageProof: readonly Hex[];
}

/** Fields of a header in their order, by their names in JSON-RPC; numbers among them are written without leading zeros. */
const FIELDS: readonly (readonly [name: string, isNumber: boolean])[] = [
  ["parentHash", false],
  ["sha3Uncles", false],
  ["miner", false],
  ["stateRoot", false],
  ["transactionsRoot", false],
  ["receiptsRoot", false],
  ["logsBloom", false],
  ["difficulty", true],
  ["number", true],
  ["gasLimit", true],
  ["gasUsed", true],
  ["timestamp", true],
  ["extraData", false],
  ["mixHash", false],
  ["nonce", false],
  // Each upgrade since has added fields at the end.
  ["baseFeePerGas", true],
  ["withdrawalsRoot", false],
  ["blobGasUsed", true],
  ["excessBlobGas", true],
  ["parentBeaconBlockRoot", false],
  ["requestsHash", false],
  ["blockAccessListHash", false],
];
/** Only proof of a trie without a key, which some nodes list. */
const EMPTY_TRIE: Hex = "0x80";

type JsonBlock = Readonly<Record<string, unknown>>;

/**
 * Reads evidence of a slot from a node of L1. Throws ClientError NotImported if the node does not have the block, and
 * ProofNotOfHeader if the node's answers do not belong together: contracts would refuse them.
 */
export async function readL1Evidence(
  node: AskedNode,
  { account, slot, block }: { readonly account: Hex; readonly slot: bigint; readonly block: number },
): Promise<L1Evidence> {
  const number = hexQuantity(block);
  const json = (await node.send("eth_getBlockByNumber", [number, false])) as JsonBlock | null;
  if (json === null) throw new ClientError("NotImported", `L1 has no block ${block} yet; name one that is mined`, { block });
  const header = headerOf(json);
  const answer = (await node.send("eth_getProof", [account, [wordToHex(slot)], number])) as {
    readonly accountProof: readonly Hex[];
    readonly storageHash: Hex;
    readonly storageProof: readonly { readonly proof: readonly Hex[] }[];
  };
  const accountProof = hashedNodes(answer.accountProof);
  const [root] = accountProof;
  const isOfHeader =
    keccak(fromHex(header)) === json["hash"] && root !== undefined && keccak(fromHex(root)) === json["stateRoot"];
  if (!isOfHeader) throw proofNotOfHeader(block);
  return { header, accountProof, storageProof: hashedNodes(answer.storageProof[0]?.proof ?? []) };
}

function proofNotOfHeader(block: number): ClientError {
  const message =
    `the node of L1 has no state that leads to the hash of block ${block}: hardhat_mine reserves blocks without one, and ` +
    "hardhat_setBalance and the like change a state after its block; mine one block (evm_mine) and use that one";
  return new ClientError("ProofNotOfHeader", message, { block });
}

/** RLP of a block's header. A field that the node does not list is not in the header. */
function headerOf(block: JsonBlock): Hex {
  const fields = FIELDS.flatMap(([name, isNumber]) => {
    const value = block[name];
    return typeof value === "string" ? [isNumber ? toBeArray(value) : value] : [];
  });
  return encodeRlp(fields) as Hex;
}

/** The nodes that their parents name by hash: shorter ones are inside their parents, though some nodes of L1 list them again. */
function hashedNodes(nodes: readonly Hex[]): readonly Hex[] {
  return nodes.filter((node, i) => node !== EMPTY_TRIE && (i === 0 || node.length >= 2 + 2 * 32));
}
