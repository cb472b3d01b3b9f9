import { Interface, verifyTypedData, type Provider, type Signer, type TypedDataDomain, type TypedDataField } from "ethers";
import { securityCouncilAbi } from "../../../ground/abi/security-council.ts";
import { verifierRegistryAbi } from "../../../ground/abi/verifier-registry.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { ClientError } from "../ecosystem/client-error.ts";
import { findChain, type ChainName, type Ecosystem } from "../ecosystem/ecosystem.ts";
import { ecosystemOf } from "../ecosystem/settlement-base.ts";
import { addressIn, viewsOn } from "./read-view.ts";
import { readUpgrades } from "./upgrade.ts";
import { senderOn, submit, type Sender } from "../sending/submit.ts";

/** Every act of a council. */
export type CouncilAct =
  /**
   * Stops versions for `seconds`, or for the rest of the cycle's time. Fewer members suffice for a soft
   * freeze, within its limit.
   */
  | { readonly type: "freeze" | "softFreeze"; readonly versions: readonly bigint[]; readonly seconds: bigint }
  | { readonly type: "unfreeze"; readonly version: bigint }
  /** Agrees that governance halts the version, with this replacement or, by 0, with none. */
  | { readonly type: "approveHalt"; readonly version: bigint; readonly replacement: bigint };

const councilInterface = new Interface(securityCouncilAbi);
const registryInterface = new Interface(verifierRegistryAbi);

/** For how long signatures can be brought, by the layer's time. */
const SIGNED_FOR_SECONDS = 3_600n;

const NONCE_AND_DEADLINE: readonly TypedDataField[] = [
  { name: "nonce", type: "uint256" },
  { name: "deadline", type: "uint256" },
];
const FREEZE_FIELDS: readonly TypedDataField[] = [
  { name: "versions", type: "uint256[]" },
  { name: "time", type: "uint64" },
];
/** The name of each act's type, and its fields before nonce and deadline (`SecurityCouncil.sol`). */
const TYPES: Readonly<Record<CouncilAct["type"], readonly [name: string, fields: readonly TypedDataField[]]>> = {
  freeze: ["Freeze", FREEZE_FIELDS],
  softFreeze: ["SoftFreeze", FREEZE_FIELDS],
  unfreeze: ["Unfreeze", [{ name: "version", type: "uint256" }]],
  approveHalt: [
    "ApproveHalt",
    [
      { name: "version", type: "uint256" },
      { name: "replacement", type: "uint32" },
    ],
  ],
};

/** A council's next act of its kind, as its members sign it: for nothing else, and until the deadline alone. */
export interface ActToSign {
  readonly act: CouncilAct;
  readonly nonce: bigint;
  readonly deadline: bigint;
  /** EIP-712 domain of the council's contract. */
  readonly domain: TypedDataDomain & { readonly verifyingContract: Hex };
}

/** Default deadline: an hour from now. Rejects with the provider's error. */
export async function actToSign(council: Hex, act: CouncilAct, provider: Provider, deadline?: bigint): Promise<ActToSign> {
  const [nonce, block, { chainId }] = await Promise.all([
    viewsOn(provider)<bigint>(council, councilInterface, act.type === "softFreeze" ? "softNonce" : "nonce"),
    provider.getBlock("latest"),
    provider.getNetwork(),
  ]);
  const domain = { name: "SecurityCouncil", version: "1", chainId, verifyingContract: council };
  return { act, nonce, deadline: deadline ?? BigInt(block?.timestamp ?? 0) + SIGNED_FOR_SECONDS, domain };
}

/** A member's signature of the act. */
export async function signAct(toSign: ActToSign, member: Signer): Promise<Hex> {
  return (await member.signTypedData(toSign.domain, typesOf(toSign), messageOf(toSign))) as Hex;
}

/**
 * Brings members' signatures, as any account. Throws ClientError WrongSignature for one that no account can have made;
 * Refused with the council's or the registry's error.
 */
export async function bringAct(toSign: ActToSign, signatures: readonly Hex[], sender: Sender): Promise<Hex> {
  const bySigner = signatures.map((signature) => ({ signature, by: signerOf(toSign, signature) }));
  // The contract takes them in the order of their signers.
  const ordered = bySigner.toSorted((left, right) => (left.by < right.by ? -1 : 1)).map(({ signature }) => signature);
  const { act, deadline, domain } = toSign;
  const data = councilInterface.encodeFunctionData(act.type, [...argsOf(act), deadline, ordered]);
  return (await submit(sender, { to: domain.verifyingContract, data })).hash as Hex;
}

/** An act, and what members have signed of it until the deadline. `chain`: one whose versions the council can stop. */
interface SignedAct {
  readonly chain: ChainName;
  readonly act: CouncilAct;
  readonly deadline: bigint;
  readonly signatures: readonly Hex[];
}

/**
 * Brings a signed act to the council of what a chain settles on, which is where `signer` is. Throws as `bringAct` does, and
 * ClientError NoCouncil.
 */
export async function bringSignedAct(
  all: Ecosystem,
  { chain, act, deadline, signatures }: SignedAct,
  signer: Signer,
): Promise<Hex> {
  const found = findChain(all, chain);
  const sender = await senderOn(signer, ecosystemOf(all, found).l1);
  const { verifiers } = await readUpgrades(found.hyperchain, sender.provider);
  const council = addressIn(await viewsOn(sender.provider)<string>(verifiers, registryInterface, "council"));
  if ((await sender.provider.getCode(council)) === "0x")
    throw new ClientError("NoCouncil", `no contract is the council of ${verifiers}, so no contract takes its signatures`);
  return bringAct(await actToSign(council, act, sender.provider, deadline), signatures, sender);
}

function signerOf(toSign: ActToSign, signature: Hex): bigint {
  try {
    return BigInt(verifyTypedData(toSign.domain, typesOf(toSign), messageOf(toSign), signature));
  } catch (error) {
    throw new ClientError("WrongSignature", `${signature} is not a valid signature of this act`, {}, { cause: error });
  }
}

function typesOf({ act }: ActToSign): Record<string, TypedDataField[]> {
  const [name, own] = TYPES[act.type];
  return { [name]: [...own, ...NONCE_AND_DEADLINE] };
}

function messageOf({ act, nonce, deadline }: ActToSign): Readonly<Record<string, unknown>> {
  const values = [...argsOf(act), nonce, deadline];
  const [, own] = TYPES[act.type];
  return Object.fromEntries([...own, ...NONCE_AND_DEADLINE].map(({ name }, place) => [name, values[place]]));
}

function argsOf(act: CouncilAct): readonly unknown[] {
  switch (act.type) {
    case "freeze":
    case "softFreeze":
      return [act.versions, act.seconds];
    case "unfreeze":
      return [act.version];
    case "approveHalt":
      return [act.version, act.replacement];
  }
}
