import type { Provider } from "ethers";
import { namedToken } from "../../../../ecosystem/client/tokens/token.ts";
import type { Reconstruction } from "../../../../ecosystem/devnet/reconstruction/reconstruct.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { formatAmount } from "../../../../ecosystem/options/fields/amount.ts";
import { heldPaymentLine } from "../acting/held-exit.ts";
import type { PaidHeldAccount } from "./held-account-claim.ts";
import type { FoundOnL1 } from "./chain-on-l1.ts";
import { describeOnLayer } from "../session/tokens.ts";

/** The claimant, the recipient and the tokens of a claim. */
export interface ClaimArguments {
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** Additional tokens, with commas. */
  readonly token: string | undefined;
}

export interface Claim {
  /** Holder of the claim: the claimant on the chain, or its account of that chain on the layer below. */
  readonly heldOn: "chain" | "layer";
  readonly token: Hex;
  readonly amount: bigint;
  readonly recipient: Hex;
  /** Absent where nothing is left to claim. */
  readonly transactionHash?: Hex;
}

/** The base token, and those that are named, each once. */
export function tokensToClaim(baseToken: Hex, named: string | undefined): ReadonlySet<Hex> {
  return new Set([baseToken, ...(named?.split(",").map((token) => token.trim()) ?? [])].map(namedToken));
}

interface Told {
  /** Hash of the transaction that ended the chain, if the task sent it. */
  readonly activation?: Hex | undefined;
  readonly claims: readonly Claim[];
  readonly heldAccount?: PaidHeldAccount | undefined;
  /** Hint about operations that never ran; default: `hyperchain:claim` refunds them. */
  readonly ofUnpaid?: string;
}

/** Maximum printed operations that never ran. */
const MOST_TOLD = 5;

/** Prints what was paid. `provider` is where the tokens are. */
export async function tellClaims(
  { output, name, runs }: FoundOnL1,
  { contract, pendingHashes }: Reconstruction,
  provider: Provider,
  { activation, claims, heldAccount, ofUnpaid }: Told,
): Promise<void> {
  const { chainId } = contract.configuration;
  const chain = name ?? `chain ${chainId}`;
  const lines: string[] = [];
  for (const { heldOn, token, amount, recipient, transactionHash } of claims) {
    const { symbol, decimals } = await describeOnLayer(token, provider);
    const held = heldOn === "chain" ? "" : " of the account below the chain";
    if (transactionHash === undefined) lines.push(`nothing to claim of ${symbol}`);
    else lines.push(`${formatAmount(amount, decimals)} ${symbol}${held} paid to ${recipient}: ${transactionHash}`);
  }
  if (heldAccount !== undefined) lines.push(...heldAccountLines(heldAccount));
  const ended = activation === undefined ? [] : [`${chain} has ended: ${activation}`];
  const waiting = pendingHashes.length;
  const refunds = runs
    ? pendingHashes.slice(0, MOST_TOLD).map((hash) => `  npx hardhat hyperchain:claim ${chain} ${hash}`)
    : [`  refundOperation and refundDeposit of ${contract.hyperchain} pay them back`];
  const rest = runs && waiting > MOST_TOLD ? ["  and so on for the others (--json lists them)"] : [];
  const unpaid =
    waiting === 0
      ? []
      : ofUnpaid === undefined
        ? [
            `${waiting === 1 ? "1 operation never ran; what it" : `${waiting} operations never ran; what they`} carried is paid back by`,
            ...refunds,
            ...rest,
          ]
        : [`${waiting} operations never ran: ${ofUnpaid}`];
  output.result(() => [...ended, ...lines, ...unpaid].join("\n"), {
    chainId,
    activationTransactionHash: activation ?? null,
    claims,
    ...(heldAccount === undefined ? {} : { heldAccount }),
    operationsThatNeverRan: waiting,
    operations: pendingHashes,
  });
}

function heldAccountLines({ number, payments }: PaidHeldAccount): readonly string[] {
  return payments.length === 0 ? [`held account ${number} is paid in full`] : payments.map(heldPaymentLine);
}
