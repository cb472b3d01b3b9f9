import { AbiCoder } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { BridgeMember } from "../bridge-member.ts";
import type { DispatchedMessage } from "./book.ts";
import type { HyperlaneContracts } from "./deploy.ts";
import { QUESTION_GAS } from "../worked-member.ts";
import { mailbox } from "./interfaces.ts";
import { moduleKind } from "./module-metadata.ts";

/** Hyperlane's kinds of modules that want what only validators or others can give. */
const MODULES: Readonly<Record<number, string>> = {
  1: "routes to other modules",
  2: "wants several modules' metadata",
  3: "wants validators' signatures",
  4: "wants validators' signatures",
  5: "wants validators' signatures",
  7: "wants an answer of an offchain service",
  9: "wants validators' signatures",
  10: "wants validators' signatures",
};

/** Why a message that is proven is not taken. */
export interface ProcessRefusal {
  /** Missing part, and the remedy; absent if the recipient reverts. */
  readonly reason?: string;
  /** Revert data of the recipient. */
  readonly data?: Hex;
}

/** Explains a refusal by the revert data of the destination's mailbox. */
export async function processRefusal(
  data: Hex,
  message: DispatchedMessage,
  { mailbox: at, hook }: HyperlaneContracts,
  { name, provider }: BridgeMember,
): Promise<ProcessRefusal> {
  const { recipient, origin, sender } = message;
  if ((await provider.getCode(recipient)) === "0x")
    return { reason: `no contract at ${recipient} on ${name}: a recipient has handle(uint32,bytes32,bytes)` };
  const text = textIn(data);
  if (text === undefined || isOfModule(text)) {
    const module = await moduleOf(recipient, at, provider);
    const kind = module === hook ? undefined : await moduleKind(module, provider);
    if (kind !== undefined && kind in MODULES)
      return {
        reason: `${recipient} on ${name} has a custom security module, ${module}, which ${MODULES[kind]}; this devnet runs none of those: name the mailbox's default with setInterchainSecurityModule(${NO_ONE}), or ${hook}`,
      };
  }
  if (text?.includes("No router enrolled") === true)
    return {
      reason: `router not enrolled: ${recipient} on ${name} knows no router of ${origin}; its owner calls enrollRemoteRouter(${origin}, ${sender})`,
    };
  if (text?.includes("Enrolled router does not match") === true)
    return {
      reason: `${recipient} on ${name} has another router of ${origin} than ${sender}; its owner calls enrollRemoteRouter(${origin}, ${sender})`,
    };
  return { data };
}

/**
 * Security module that the mailbox uses for messages to a recipient; the zero address if it does not answer.
 */
export async function moduleOf(recipient: Hex, at: Hex, provider: BridgeMember["provider"]): Promise<Hex> {
  const data = mailbox.encodeFunctionData("recipientIsm", [recipient]);
  return addressIn(await provider.call({ to: at, data, gasLimit: QUESTION_GAS }).catch(() => NO_ONE));
}

/** Whether what a message was refused with may come from a module that wants metadata. */
export function mayLackMetadata(data: Hex): boolean {
  const text = textIn(data);
  return data === "0x" || (text !== undefined && isOfModule(text));
}

/** Mailbox and aggregations say so. */
function isOfModule(text: string): boolean {
  return ["ISM verification failed", "!verify", "!threshold"].some((each) => text.includes(each));
}

/** A text that a contract reverts with. */
function textIn(data: Hex): string | undefined {
  if (!data.startsWith(ERROR_STRING)) return undefined;
  try {
    return String(AbiCoder.defaultAbiCoder().decode(["string"], `0x${data.slice(ERROR_STRING.length)}`)[0]);
  } catch {
    // A stranger's bytes.
    return undefined;
  }
}

/** `Error(string)`. */
const ERROR_STRING = "0x08c379a0";
const NO_ONE: Hex = `0x${"00".repeat(20)}`;

function addressIn(word: string): Hex {
  return `0x${word.slice(-40).toLowerCase()}`;
}
