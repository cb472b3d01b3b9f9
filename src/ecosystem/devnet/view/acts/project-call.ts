import type { Provider } from "ethers";
import * as v from "valibot";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { address, chain, inWords, parsed } from "./asked-fields.ts";
import {
  decodeAnswer,
  encodeContractCall,
  projectFunction,
  type ContractCall,
  type NamedValue,
} from "../contracts/contract-call.ts";
import type { ProjectNames } from "../books/describe.ts";
import type { EcosystemInfo } from "../books/ecosystem-info.ts";
import { memberNamed } from "../books/named-member.ts";
import { refuse } from "../contracts/refuse.ts";

/** What calls in words need: members, names of the project's contracts, a client of each member. */
export interface ProjectCalls {
  readonly info: Pick<EcosystemInfo, "l1" | "chains">;
  readonly names: () => Promise<ProjectNames>;
  readonly clientOf: (chainId: number) => Provider;
}

const reads = v.strictObject({ chain, address, ...inWords, from: v.optional(address) });

/** What a function of a contract of the project answers. Rejects with RpcError. */
export async function readContract(request: unknown, calls: ProjectCalls): Promise<readonly NamedValue[]> {
  const { chain: named, address: to, from, ...call } = parsed(reads, request, "the parameter is what is read");
  const provider = calls.clientOf(Number(memberNamed({ info: () => calls.info }, named)));
  const { fragment, data } = await encodedCall(call, to, provider, calls);
  const asked = { to, data, ...(from === undefined ? {} : { from }) };
  const answer = await provider.call(asked).catch((error: unknown) => refuse(error, calls));
  return decodeAnswer(fragment, answer as Hex);
}

/** A call in words as bytes, by the contract's code. Throws RpcError where it has no such function. */
export async function encodedCall(
  { function: named, arguments: given }: ContractCall,
  to: Hex,
  provider: Provider,
  { names }: Pick<ProjectCalls, "names">,
): Promise<{ readonly fragment: ReturnType<typeof projectFunction>; readonly data: Hex }> {
  const fragment = projectFunction(await names(), await provider.getCode(to), named);
  return { fragment, data: encodeContractCall(fragment, given) };
}
