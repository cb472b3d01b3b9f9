import { getCreate2Address, keccak256 } from "ethers";
import { SINGLETONS } from "../../../../chain/predeploys/singleton-addresses.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import type { BlockSource, SourceBlock, SourceTransaction } from "./block-source.ts";

/** Address at which users' transactions show a contract: created, called, or the source of an event. */
export interface ContractPlace {
  readonly address: Hex;
  readonly number: number;
  readonly timestamp: number;
  readonly transactionHash: Hex;
}

/** Characters of calldata with a selector, and with the salt of a deterministic deployer. */
const SELECTOR_LENGTH = 10;
const SALT_LENGTH = 2 + 64;

/** Contracts that the transactions of a block show. Of a member elsewhere those alone that a transaction creates. */
export async function contractPlaces(
  source: BlockSource,
  { number, timestamp }: SourceBlock,
  transactions: readonly SourceTransaction[],
): Promise<readonly ContractPlace[]> {
  const places: ContractPlace[] = [];
  for (const transaction of transactions) {
    const { hash: transactionHash, to, input } = transaction;
    if (source.isRemote && to !== null) continue;
    const receipt = await source.receipt(transactionHash);
    const called = to !== null && input.length >= SELECTOR_LENGTH ? [to] : [];
    const addresses = [
      ...called,
      ...(receipt?.contractAddress ? [receipt.contractAddress] : []),
      ...createdBy(transaction),
      ...(receipt?.logs ?? []).map(({ address }) => address),
    ];
    for (const address of new Set(addresses.map((each) => each.toLowerCase() as Hex)))
      places.push({ address, number, timestamp, transactionHash });
  }
  return places;
}

/** Contract that a deterministic deployer creates: it takes a salt and then code. */
function createdBy({ to, input }: SourceTransaction): readonly Hex[] {
  if (to === null || !DEPLOYERS.has(to.toLowerCase()) || input.length <= SALT_LENGTH) return [];
  return [getCreate2Address(to, input.slice(0, SALT_LENGTH), keccak256(`0x${input.slice(SALT_LENGTH)}`)) as Hex];
}

const DEPLOYERS = new Set<string>([SINGLETONS.create2Deployer, SINGLETONS.safeSingletonFactory]);
