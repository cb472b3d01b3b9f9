import { interoperableAddress, parseInteroperableAddress } from "../../src/ground/protocol/interoperable-address.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import type { EcosystemInfo } from "../answers.ts";
import { short } from "../format.ts";
import { exactlyNamed, type NamedAddress } from "../named-address.ts";

type Members = Pick<EcosystemInfo, "l1" | "chains">;

/** Bytes of the account that a text names on a chain, as `beta:0x…` or `Counter on beta`; undefined for any other text. */
export function interoperableOf(
  members: Members,
  names: { readonly all: readonly NamedAddress[] },
  text: string,
): Hex | undefined {
  const [, before, digits] = /^([^\s:]+):(0x[0-9a-f]{40})$/i.exec(text) ?? [];
  if (before !== undefined) return encoded(members, before, digits);
  const [, name = "", chain = ""] = /^(.+) on (\S+)$/i.exec(text) ?? [];
  const there = exactlyNamed(names, name, chain).filter((each) => each.chain === undefined || each.chain === chain);
  return there.length === 1 ? encoded(members, chain, there[0]?.address) : undefined;
}

/** Text for such bytes; empty for others. */
export function interoperableWords(
  { l1, chains }: Members,
  names: { readonly of: (chain: string, address: string) => string | undefined },
  text: string,
): string {
  const { chainId, account } = parseInteroperableAddress(text) ?? {};
  const chain = [l1, ...chains].find((each) => BigInt(each.chainId) === chainId)?.name;
  if (chain === undefined) return "";
  return account === undefined ? chain : `${names.of(chain, account) ?? short(account)} on ${chain}`;
}

function encoded({ l1, chains }: Members, named: string, account: string | undefined): Hex | undefined {
  const chain = [l1, ...chains].find(({ name, chainId }) => name === named || String(chainId) === named);
  if (chain === undefined || account === undefined) return undefined;
  return interoperableAddress(BigInt(chain.chainId) as Parameters<typeof interoperableAddress>[0], account as Hex);
}
