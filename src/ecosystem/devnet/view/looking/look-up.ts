import { AbiCoder, type Result } from "ethers";
import { RpcCode, RpcError } from "../../../../chain/rpc/request/json-rpc.ts";
import { crossChainViews, viewGateway } from "../../../client/sending/contract-interfaces.ts";
import { viewSlot, type AskingProviderOf, type RemoteSlotRequest } from "../../../client/messages/remote-slot.ts";
import type { BatchRoot, SlotProof } from "../../../relayer/state-proof.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../../ground/protocol/predeploys.ts";
import type { ProjectNames } from "../books/describe.ts";
import type { EcosystemInfo } from "../books/ecosystem-info.ts";
import { chainNamed } from "../books/named-member.ts";
import { refuse } from "../contracts/refuse.ts";

/** A lookup of ERC-3668, and the chain that sends its client here. What strangers wrote. */
interface Lookup {
  readonly chain: unknown;
  readonly sender: unknown;
  readonly data: unknown;
}

interface LookUpDependencies {
  readonly info: EcosystemInfo;
  readonly names: () => Promise<ProjectNames>;
  /** Throws RpcError for a chain that the client may not read. */
  readonly clientOf: AskingProviderOf;
}

/** Characters of `IViewGateway.viewSlot`'s calldata: selector and four words. */
const CALL_CHARACTERS = 2 + 8 + 4 * 64;

/**
 * Input of `CrossChainViews.verify` for a lookup of `CrossChainViews.read`: the ABI encoding of batch and proof, which
 * the reading chain has verified. Rejects with RpcError: NotALookup, UnknownChain, NotImported, ExecutedTooEarly, or the
 * refusal of the chain.
 */
export async function lookUp({ chain, sender, data }: Lookup, { info, names, clientOf }: LookUpDependencies): Promise<Hex> {
  if (typeof sender !== "string" || sender.toLowerCase() !== PREDEPLOYS.CrossChainViews)
    throw notALookup(`the sender is not CrossChainViews (${PREDEPLOYS.CrossChainViews})`);
  const [chainId, contract, slot, notBefore] = argumentsOf(data) as unknown as [bigint, string, bigint, bigint];
  const on = Number(chainNamed({ info: () => info }, chain));
  const there = Number(chainNamed({ info: () => info }, String(chainId)));
  // Before anything is read, and whatever of it would be needed.
  for (const each of [on, there]) clientOf(each);
  const request: RemoteSlotRequest = { on, chain: there, contract, slot };
  const shown = await viewSlot(info, request, clientOf).catch((error: unknown) => refuse(error, { names }));
  if (shown.executedAt < notBefore)
    throw new RpcError(
      RpcCode.rejected,
      `the newest batch of chain ${there} that chain ${on} can see was executed at ${shown.executedAt}, before ${notBefore}; ask for an earlier time, or again when L1 has executed more and chain ${on} has imported a later root`,
      { code: "ExecutedTooEarly" },
    );
  return encoded(shown.batch, shown.proof);
}

function argumentsOf(data: unknown): Result {
  if (typeof data !== "string" || data.length !== CALL_CHARACTERS) throw notViewSlot();
  try {
    const decoded = viewGateway.decodeFunctionData("viewSlot", data);
    // Decoders overlook what is too large for its type.
    if (viewGateway.encodeFunctionData("viewSlot", decoded) === data.toLowerCase()) return decoded;
  } catch {
    // Refused like every other call.
  }
  throw notViewSlot();
}

function encoded(batch: BatchRoot, proof: SlotProof): Hex {
  const inputs = crossChainViews.getFunction("storageAt")?.inputs ?? [];
  const types = ["batch", "proof"].map((name) => inputs.find((input) => input.name === name) ?? name);
  return AbiCoder.defaultAbiCoder().encode(types, [batch, proof]) as Hex;
}

function notViewSlot(): RpcError {
  return notALookup(
    "the data do not call viewSlot(uint256,address,uint256,uint64), which CrossChainViews.read sends its clients with",
  );
}

function notALookup(reason: string): RpcError {
  return new RpcError(RpcCode.invalidParams, reason, { code: "NotALookup" });
}
