import type { Hex } from "../../protocol/hex.ts";
import type { BridgeMember } from "../bridge-member.ts";
import { strangersWord } from "../worked-member.ts";
import type { SentPacket } from "./book.ts";
import type { LayerZeroContracts } from "./deploy.ts";
import { application, endpoint, library } from "./interfaces.ts";

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

/** What a committed packet waits for before it can be executed; undefined where nothing is in its way. */
export async function outOfOrder(
  packet: SentPacket,
  contracts: LayerZeroContracts,
  member: BridgeMember,
): Promise<string | undefined> {
  const { srcEid, sender, receiver, nonce, options } = packet;
  const { provider } = member;
  const data = endpoint.encodeFunctionData("inboundNonce", [receiver, srcEid, sender]);
  const verified = BigInt(await provider.call({ to: contracts.endpoint, data }));
  if (verified < nonce)
    return `message ${verified + 1n} of its path has not been verified, and none behind it can be executed before`;
  if (options?.ordered !== true) return undefined;
  const next = await nextOf(packet, member);
  return next === 0n || next === nonce
    ? undefined
    : `its sender wants messages in order, and ${receiver} on ${member.name} expects message ${next}; this is ${nonce}`;
}

/** The nonce that a receiver expects; 0 where it takes any, or does not say. */
async function nextOf({ srcEid, sender, receiver }: SentPacket, { provider }: BridgeMember): Promise<bigint> {
  const data = application.encodeFunctionData("nextNonce", [srcEid, sender]);
  return (await strangersWord(provider, { to: receiver, data })) ?? 0n;
}
