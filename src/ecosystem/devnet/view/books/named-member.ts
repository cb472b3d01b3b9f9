import { RpcCode, RpcError } from "../../../../chain/rpc/request/json-rpc.ts";
import { UnknownChainError } from "../../chains/unknown-chain.ts";
import type { EcosystemInfo } from "./ecosystem-info.ts";

/** Source of the members. */
export interface Members {
  info(): Pick<EcosystemInfo, "l1" | "chains">;
}

/** A member by its id or name, L1 included. Throws RpcError UnknownChain. */
export function memberNamed(ecosystem: Members, member: unknown): bigint {
  const { name, chainId } = ecosystem.info().l1;
  return member === name || isNumber(BigInt(chainId), member) ? BigInt(chainId) : chainNamed(ecosystem, member);
}

/** A chain by its id, as a number or in text, or by its name. Throws RpcError UnknownChain. */
export function chainNamed(ecosystem: Members, chain: unknown): bigint {
  const chains = ecosystem.info().chains.map(({ chainId, name }) => ({ chainId: BigInt(chainId), name }));
  const found = chains.find(({ chainId, name }) => name === chain || isNumber(chainId, chain));
  if (found !== undefined) return found.chainId;
  const error = new UnknownChainError(textOf(chain), chains);
  throw new RpcError(RpcCode.invalidParams, error.message, { code: error.code }, { cause: error });
}

/** Text of a value that an external client wrote instead of a name, which may have none. */
function textOf(value: unknown): string {
  return typeof value === "object" ? typeof value : String(value).slice(0, 100);
}

function isNumber(chainId: bigint, value: unknown): boolean {
  if (typeof value === "number") return Number(chainId) === value;
  // The maximum number of digits of a word; to read a million of them for each chain takes a second.
  return typeof value === "string" && /^(0x[0-9a-f]{1,64}|\d{1,78})$/i.test(value) && BigInt(value) === chainId;
}
