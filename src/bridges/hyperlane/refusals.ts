import { AbiCoder } from "ethers";
import { refusalOf } from "../../client/submit.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { BridgeMember } from "../bridge-member.ts";
import type { DispatchedMessage } from "./book.ts";
import type { HyperlaneContracts } from "./deploy.ts";
import { mailbox, securityModule } from "./interfaces.ts";

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
  /** What is missing, and what to do; absent where its recipient reverts. */
  readonly reason?: string;
  /** What the recipient reverts with. */
  readonly data?: Hex;
}

/** By what the mailbox on its destination reverts with. */
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
  if (text?.includes("ISM verification failed") === true || text === undefined) {
    const module = addressIn(
      await provider.call({ to: at, data: mailbox.encodeFunctionData("recipientIsm", [recipient]) }).catch(() => NO_ONE),
    );
    const kind = module === hook ? undefined : await kindOf(module, provider);
    if (kind !== undefined && kind in MODULES)
      return {
        reason: `${recipient} on ${name} has a security module of its own, ${module}, which ${MODULES[kind]}; this devnet runs none of those: name the mailbox's default with setInterchainSecurityModule(${NO_ONE}), or ${hook}`,
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

async function kindOf(module: Hex, provider: BridgeMember["provider"]): Promise<number | undefined> {
  try {
    const answer = await provider.call({ to: module, data: securityModule.encodeFunctionData("moduleType") });
    return /^0x[0-9a-f]{64}$/i.test(answer) ? Number(BigInt(answer)) : undefined;
  } catch (error) {
    if (refusalOf(error) === undefined) throw error;
    return undefined;
  }
}

/** `Error(string)`. */
const ERROR_STRING = "0x08c379a0";
const NO_ONE: Hex = `0x${"00".repeat(20)}`;

function addressIn(word: string): Hex {
  return `0x${word.slice(-40).toLowerCase()}`;
}
