import { verifyTypedData } from "ethers";
import type { TypedDataField } from "ethers";
import type { Hex } from "../protocol/hex.ts";
import { orderSignatures } from "../protocol/quorum.ts";
import type { TypedDataDomain } from "../protocol/quorum.ts";
import { SettlementError } from "./settlement-error.ts";

/** Signs typed data: ethers' wallets and signers do. */
export interface TypedDataSigner {
  getAddress(): Promise<string>;
  signTypedData(
    domain: TypedDataDomain,
    types: Record<string, TypedDataField[]>,
    value: Record<string, unknown>,
  ): Promise<string>;
}

/** A request to several signers for signatures of one statement. */
export interface SignatureRequest<Member extends { readonly address: Hex }> {
  readonly members: readonly Member[];
  /** How many must sign. */
  readonly threshold: number;
  readonly domain: TypedDataDomain;
  readonly types: Record<string, TypedDataField[]>;
  readonly value: Record<string, unknown>;
  readonly ask: (member: Member) => Promise<Hex>;
}

/**
 * Asks all members at once and returns as soon as enough have signed: their signatures, checked, in the order that
 * contracts want. Rejects with QuorumUnreachable, naming every refusal, once too many have refused; with L1Unreachable where
 * enough could still sign if those who rejected with that did not.
 */
export function collectSignatures<Member extends { readonly address: Hex }>(request: SignatureRequest<Member>): Promise<Hex[]> {
  const { members, threshold } = request;
  const agreed: { signer: Hex; signature: Hex }[] = [];
  const refusals: string[] = [];
  let passing = 0;
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (agreed.length >= threshold) resolve(orderSignatures(agreed.slice(0, threshold)));
      else if (members.length - refusals.length < threshold) {
        const isPassing = members.length - refusals.length + passing >= threshold;
        reject(unreachable(isPassing ? "L1Unreachable" : "QuorumUnreachable", threshold, members.length, refusals));
      }
    };
    for (const member of members) {
      checkedSignature(member, request).then(
        (signature) => {
          agreed.push({ signer: member.address, signature });
          look();
        },
        (error: unknown) => {
          refusals.push(`${member.address}: ${error instanceof Error ? error.message : String(error)}`);
          if (error instanceof SettlementError && error.code === "L1Unreachable") passing++;
          look();
        },
      );
    }
    look();
  });
}

/** One bad signature would make the contract refuse all of them. */
async function checkedSignature<Member extends { readonly address: Hex }>(
  member: Member,
  { domain, types, value, ask }: SignatureRequest<Member>,
): Promise<Hex> {
  const signature = await ask(member);
  const signer = verifyTypedData(domain, types, value, signature).toLowerCase();
  if (signer !== member.address) throw new SettlementError("SignatureForeign", `the signature is by ${signer}`);
  return signature;
}

function unreachable(code: "L1Unreachable" | "QuorumUnreachable", threshold: number, members: number, refusals: readonly string[]): SettlementError {
  const reasons = refusals.length === 0 ? "nobody refused" : `refused: ${refusals.join("; ")}`;
  return new SettlementError(code, `${threshold} of ${members} must sign; ${reasons}`);
}
