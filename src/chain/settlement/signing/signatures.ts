import { verifyTypedData, type TypedDataField } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { orderSignatures, type TypedDataDomain } from "../../../ground/protocol/quorum.ts";
import { SettlementError, type SettlementErrorCode } from "../errors/settlement-error.ts";

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
interface SignatureRequest<Member extends { readonly address: Hex }> {
  readonly members: readonly Member[];
  /** Required number of signatures. */
  readonly threshold: number;
  readonly domain: TypedDataDomain;
  readonly types: Record<string, TypedDataField[]>;
  readonly value: Record<string, unknown>;
  readonly ask: (member: Member) => Promise<Hex>;
}

/** Errors of a member for reasons that others may share; the first one decides. */
const SHARED_REASONS = ["L1Unreachable", "BatchOverdue", "BatchTooOld"] as const;

/**
 * Requests signatures from all members and returns as soon as enough have signed: their signatures, checked, in the
 * contracts' order. Rejects after all have answered: with UnsignedError, naming every refusal. Its code is
 * QuorumUnreachable, or, if enough would have signed except for one of the shared reasons, that one.
 */
export function collectSignatures<Member extends { readonly address: Hex }>(request: SignatureRequest<Member>): Promise<Hex[]> {
  const { members, threshold } = request;
  const agreed: { signer: Hex; signature: Hex }[] = [];
  const refusals: string[] = [];
  const codes: unknown[] = [];
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (agreed.length >= threshold) resolve(orderSignatures(agreed.slice(0, threshold)));
      else if (agreed.length + refusals.length === members.length) {
        const code = commonCode(agreed.length, codes, threshold);
        reject(new UnsignedError(code, describe(threshold, members.length, refusals), agreed.length));
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
          codes.push(error instanceof SettlementError ? error.code : undefined);
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

/** The first of the shared reasons without which enough would have signed. */
function commonCode(agreed: number, codes: readonly unknown[], threshold: number): SettlementErrorCode {
  let couldSign = agreed;
  for (const reason of SHARED_REASONS) {
    couldSign += codes.filter((code) => code === reason).length;
    if (couldSign >= threshold) return reason;
  }
  return "QuorumUnreachable";
}

function describe(threshold: number, members: number, refusals: readonly string[]): string {
  const reasons = refusals.length === 0 ? "no member refused" : `refused: ${refusals.join("; ")}`;
  return `${threshold} of ${members} must sign; ${reasons}`;
}

/** Too few members have signed. */
export class UnsignedError extends SettlementError {
  /** Number of signatures. */
  readonly signatureCount: number;

  constructor(code: SettlementErrorCode, message: string, signatureCount: number) {
    super(code, message);
    this.signatureCount = signatureCount;
  }
}
