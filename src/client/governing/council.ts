import { Interface } from "ethers";
import type { Signer, TypedDataField } from "ethers";
import { securityCouncilAbi } from "../../abi/security-council.ts";
import type { Hex } from "../../protocol/hex.ts";
import { viewsOn } from "./read-view.ts";
import { submit } from "../sending/submit.ts";
import type { Sender } from "../sending/submit.ts";

/** What a council can do; nothing else. */
export type CouncilAct =
  /** Stops versions for so many seconds. */
  | { readonly type: "freeze"; readonly versions: readonly bigint[]; readonly seconds: bigint }
  | { readonly type: "unfreeze"; readonly version: bigint }
  /** Agrees that governance halts the version, with this replacement or, by 0, with none. */
  | { readonly type: "approveHalt"; readonly version: bigint; readonly replacement: bigint };

const councilInterface = new Interface(securityCouncilAbi);

/** For how long signatures can be brought, by the layer's time. */
const SIGNED_FOR_SECONDS = 3_600n;

const NONCE_AND_DEADLINE: readonly TypedDataField[] = [
  { name: "nonce", type: "uint256" },
  { name: "deadline", type: "uint256" },
];
/** The name of each act's type, and its fields before nonce and deadline (`SecurityCouncil.sol`). */
const TYPES: Readonly<Record<CouncilAct["type"], readonly [name: string, fields: readonly TypedDataField[]]>> = {
  freeze: [
    "Freeze",
    [
      { name: "versions", type: "uint256[]" },
      { name: "time", type: "uint64" },
    ],
  ],
  unfreeze: ["Unfreeze", [{ name: "version", type: "uint256" }]],
  approveHalt: [
    "ApproveHalt",
    [
      { name: "version", type: "uint256" },
      { name: "replacement", type: "uint32" },
    ],
  ],
};

/**
 * Has members of a `SecurityCouncil` sign an act, and brings their signatures, as any account. They are for this act alone.
 * Throws ClientError; Refused with the council's or the registry's error.
 */
export async function actAsCouncil(council: Hex, act: CouncilAct, members: readonly Signer[], sender: Sender): Promise<Hex> {
  const { provider } = sender;
  const [nonce, block, { chainId }] = await Promise.all([
    viewsOn(provider)<bigint>(council, councilInterface, "nonce"),
    provider.getBlock("latest"),
    provider.getNetwork(),
  ]);
  const deadline = BigInt(block?.timestamp ?? 0) + SIGNED_FOR_SECONDS;
  const [name, own] = TYPES[act.type];
  const fields = [...own, ...NONCE_AND_DEADLINE];
  const args = argsOf(act);
  const message = Object.fromEntries(fields.map((field, place) => [field.name, [...args, nonce, deadline][place]]));
  const domain = { name: "SecurityCouncil", version: "1", chainId, verifyingContract: council };
  const signed = await Promise.all(
    members.map(async (member) => ({
      by: BigInt(await member.getAddress()),
      signature: await member.signTypedData(domain, { [name]: fields }, message),
    })),
  );
  // The contract takes them in the order of their signers.
  const signatures = signed.toSorted((left, right) => (left.by < right.by ? -1 : 1)).map(({ signature }) => signature);
  const data = councilInterface.encodeFunctionData(act.type, [...args, deadline, signatures]);
  return (await submit(sender, { to: council, data })).hash as Hex;
}

function argsOf(act: CouncilAct): readonly unknown[] {
  switch (act.type) {
    case "freeze":
      return [act.versions, act.seconds];
    case "unfreeze":
      return [act.version];
    case "approveHalt":
      return [act.version, act.replacement];
  }
}
