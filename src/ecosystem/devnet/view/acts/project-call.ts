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

/** Dependencies of calls as text: members, names of the project's contracts, a client of each member. */
export interface ProjectCalls {
  readonly info: Pick<EcosystemInfo, "l1" | "chains">;
  readonly names: () => Promise<ProjectNames>;
  readonly clientOf: (chainId: number) => Provider;
}

const reads = v.strictObject({ chain, address, ...inWords, from: v.optional(address) });

/** Returned values of a function of a project's contract. Rejects with RpcError. */
export async function readContract(request: unknown, calls: ProjectCalls): Promise<readonly NamedValue[]> {
  const { chain: named, address: to, from, ...call } = parsed(reads, request, "the parameter is what is read");
  const provider = calls.clientOf(Number(memberNamed({ info: () => calls.info }, named)));
  const { fragment, data } = await encodedCall(call, to, provider, calls);
  const asked = { to, data, ...(from === undefined ? {} : { from }) };
  const answer = await provider.call(asked).catch((error: unknown) => refuse(error, calls));
  return decodeAnswer(fragment, answer as Hex);
}

/** Encodes a call from its text, by the contract's code. Throws RpcError if it has no such function. */
export async function encodedCall(
  { function: named, arguments: given }: ContractCall,
  to: Hex,
  provider: Provider,
  { names }: Pick<ProjectCalls, "names">,
): Promise<{ readonly fragment: ReturnType<typeof projectFunction>; readonly data: Hex }> {
  const fragment = projectFunction(await names(), await provider.getCode(to), named);
  return { fragment, data: encodeContractCall(fragment, given) };
}
