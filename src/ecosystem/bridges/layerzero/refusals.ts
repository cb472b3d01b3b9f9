import type { Hex } from "../../../ground/protocol/hex.ts";
import type { BridgeMember } from "../bridge-member.ts";
import type { SentPacket } from "./book.ts";
import type { LayerZeroContracts } from "./deploy.ts";
import { endpoint, library } from "./interfaces.ts";

/** Why a packet cannot be committed on its destination yet, by what its contracts revert with, and what to do. */
export async function commitRefusal(
  data: Hex,
  packet: SentPacket,
  contracts: LayerZeroContracts,
  member: BridgeMember,
): Promise<string> {
  const { srcEid, sender, receiver } = packet;
  const error = endpoint.parseError(data) ?? library.parseError(data);
  switch (error?.name ?? "") {
    case "LZ_ULN_Verifying":
      return missingDvns(packet, contracts, member);
    case "LZ_PathNotInitializable":
      return `peer not set: ${receiver} on ${member.name} takes nothing from ${sender} of ${srcEid}; its owner calls setPeer(${srcEid}, ${sender})`;
    case "LZ_PathNotVerifiable":
      return `${receiver} on ${member.name} has executed or skipped its nonce`;
    case "LZ_InvalidReceiveLibrary":
      return `${receiver} on ${member.name} has another receive library for ${srcEid} than ${contracts.receiveLib}`;
    default:
      return `${receiver} on ${member.name} cannot be committed to: it reverts with ${data}`;
  }
}

/** Which of the DVNs that the receiver wants have not verified a packet. */
export async function missingDvns(packet: SentPacket, contracts: LayerZeroContracts, member: BridgeMember): Promise<string> {
  const { receiver, srcEid } = packet;
  const config = library.decodeFunctionResult(
    "getUlnConfig",
    await member.provider.call({
      to: contracts.receiveLib,
      data: library.encodeFunctionData("getUlnConfig", [receiver, srcEid]),
    }),
  )[0] as { readonly requiredDVNs: readonly string[]; readonly optionalDVNs: readonly string[] };
  const wanted = [...config.requiredDVNs, ...config.optionalDVNs].map((dvn) => dvn.toLowerCase());
  const others = wanted.filter((dvn) => dvn !== contracts.dvn);
  if (others.length === 0) return "its proof is on the way";
  return `DVN ${others.join(", ")} has not verified; this devnet runs ${contracts.dvn}: name that one in the receive config of ${receiver} on ${member.name}`;
}
