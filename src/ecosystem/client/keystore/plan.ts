import { AbiCoder, hexlify, randomBytes, TypedDataEncoder, type Provider, type TypedDataField } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";
import { encodeChainAddress } from "../ecosystem/chain-address.ts";
import { ClientError } from "../ecosystem/client-error.ts";
import { assetRouter, erc20, keystoreAccount } from "../sending/contract-interfaces.ts";
import { findChain, memberName, type Ecosystem } from "../ecosystem/ecosystem.ts";
import type { ProviderOf } from "../transfers/estimate.ts";
import { accountKeys, keysOn, keystoreSlot, requestOf, signaturesOf, type AccountName, type KeyOwner } from "./keystore.ts";
import { KEYSTORE_ADDRESSES } from "./keystore-contracts.ts";
import { paymentOf } from "../tokens/payment.ts";
import { loadSlot, type AskingProviderOf } from "../messages/remote-slot.ts";
import { sentMessages, type SentMessage } from "../messages/sent-messages.ts";
import type { SpendPlan } from "../wallet/spend.ts";
import { senderOn, submit, type SignerOf } from "../sending/submit.ts";
import { tokenOn } from "../wallet/spendable.ts";
import { findToken } from "../tokens/token.ts";

/** A call that an account makes. */
export interface PlannedCall {
  readonly to: Hex;
  readonly value: bigint;
  readonly data: Hex;
}

/** Calls of an account on one chain. */
export interface PlanLeg {
  readonly chainId: number;
  /** Minimum gas that must remain at the start of the calls. */
  readonly gas: bigint;
  /** 0x…800a for the chain's coin. */
  readonly feeToken: Hex;
  /** For the account that brings the leg. */
  readonly fee: bigint;
  readonly calls: readonly PlannedCall[];
}

/** Calls of an account on several chains, which its owners sign once. Any account may deliver each leg. */
export interface SignedPlan {
  readonly home: number;
  readonly id: Hex;
  readonly account: Hex;
  /** The keystore's word for the keys that signed it. */
  readonly head: Hex;
  /** The last second, by the clock of each chain. */
  readonly lastSecond: bigint;
  readonly nonce: bigint;
  readonly legs: readonly PlanLeg[];
  /** Identifier of the plan on all chains. */
  readonly digest: Hex;
  readonly signature: Hex;
}

/** A leg that was executed. */
export interface BroughtLeg {
  readonly chainId: number;
  readonly transactionHash: Hex;
  /** Messages that it sent to other members. */
  readonly messages: readonly SentMessage[];
}

/** Gas that a leg of a payment needs at most: an approval, and a transfer to another chain. */
const LEG_GAS = 600_000n;

/**
 * The legs of a payment out of a keystore account's balances (`estimateSpend`, whose sender is the account). `feeOf` gives the
 * fee in the chain's coin for the account that brings a leg; default none. Throws ClientError NotOnRoute for a part on L1, where
 * no account of this kind acts.
 */
export async function legsOfSpend(
  ecosystem: Ecosystem,
  { parts, to }: SpendPlan,
  providerOf: ProviderOf,
  feeOf: (chainId: number) => bigint = () => 0n,
): Promise<readonly PlanLeg[]> {
  return Promise.all(
    parts.map(async ({ chainId, amount, token }): Promise<PlanLeg> => {
      const terms = { chainId, gas: LEG_GAS, feeToken: PREDEPLOYS.L2BaseToken, fee: feeOf(chainId) };
      if (chainId === ecosystem.l1.chainId) {
        const message = `a part of the payment is on ${ecosystem.l1.name}, where keystore accounts do not act: deposit it first`;
        throw new ClientError("NotOnRoute", message, { chainId });
      }
      const { address, isBase, originChainId } = await findToken(
        ecosystem,
        findChain(ecosystem, chainId),
        tokenOn(ecosystem, { chainId, token }),
        providerOf(chainId),
      );
      if (chainId === to.chainId) {
        const { data = "0x", ...payment } = paymentOf(to.account, amount, isBase ? undefined : address);
        return { ...terms, calls: [{ ...payment, data }] };
      }
      const data = assetRouter.encodeFunctionData("send", [encodeChainAddress(to), address, amount]) as Hex;
      const sending = { to: PREDEPLOYS.L2AssetRouter, value: isBase ? amount : 0n, data };
      // The vault locks a token that originates on this chain, and burns others.
      if (isBase || originChainId !== chainId) return { ...terms, calls: [sending] };
      const approve = erc20.encodeFunctionData("approve", [PREDEPLOYS.L2NativeTokenVault, amount]) as Hex;
      return { ...terms, calls: [{ to: address, value: 0n, data: approve }, sending] };
    }),
  );
}

/**
 * Signs an account's plan by its owners, once for all of its legs. Reads the present keys from the account's
 * home chain. Throws ClientError NotSigned if the owners do not suffice.
 */
export async function signPlan(
  ecosystem: Ecosystem,
  plan: AccountName & {
    readonly legs: readonly PlanLeg[];
    readonly lastSecond: bigint;
    /** Default: random. */
    readonly nonce?: bigint | undefined;
  },
  owners: readonly KeyOwner[],
  providerOf: ProviderOf,
): Promise<SignedPlan> {
  const { account, keys, version, home, id, head } = await accountKeys(ecosystem, plan, providerOf);
  const { legs, lastSecond, nonce = BigInt(hexlify(randomBytes(32))) } = plan;
  const domain = { name: "KeystoreAccount", version: "1", verifyingContract: account };
  const request = requestOf(domain, PLAN, { lastSecond, nonce, legs });
  const signatures = await signaturesOf(keys, owners, request);
  const signature = AbiCoder.defaultAbiCoder().encode(SIGNATURE, [version, keys, signatures]) as Hex;
  return { home, id, account, head, lastSecond, nonce, legs, digest: request.digest, signature };
}

/**
 * Brings the legs of a plan to their chains, in their order and without those that are done. The account is created where it is
 * not there yet, and the keystore's newest word brought to a chain that knows none, or another than that of the keys that
 * signed. Any account may do it, and gets the legs' fees; a leg that another account brings meanwhile is left out. Throws
 * ClientError PartFailed where legs were refused, with those that were `brought` in `details`: the others can be brought later,
 * by anyone.
 */
export async function bringPlan(
  ecosystem: Ecosystem,
  plan: SignedPlan,
  signerOf: SignerOf,
  providerOf: AskingProviderOf,
): Promise<readonly BroughtLeg[]> {
  const brought: BroughtLeg[] = [];
  const refused: { readonly chainId: number; readonly error: ClientError }[] = [];
  for (const [index, leg] of plan.legs.entries()) {
    try {
      const done = await bringLeg(ecosystem, plan, { ...leg, index }, signerOf, providerOf);
      if (done !== undefined) brought.push(done);
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      // Another account can have brought it meanwhile.
      if (await isLegDone(plan, index, providerOf(leg.chainId))) continue;
      refused.push({ chainId: leg.chainId, error });
    }
  }
  if (refused.length === 0) return brought;
  const why = refused.map(({ chainId, error }) => `${memberName(ecosystem, chainId)}: ${error.message}`).join("; ");
  const until = `Bring this plan again, until second ${plan.lastSecond}: no leg is executed twice, but those of another plan would be`;
  const message = `${refused.length} of ${plan.legs.length} legs were not executed (${why}). ${until}`;
  throw new ClientError("PartFailed", message, { brought, refused }, { cause: refused[0]?.error });
}

/** Whether a leg was executed on its chain, or its plan cancelled there. */
export async function isLegDone(plan: SignedPlan, index: number, provider: Provider): Promise<boolean> {
  // Where the account is not there yet, nothing was done.
  if ((await provider.getCode(plan.account)) === "0x") return false;
  const data = keystoreAccount.encodeFunctionData("isDone", [plan.digest, index]);
  return keystoreAccount.decodeFunctionResult("isDone", await provider.call({ to: plan.account, data }))[0] as boolean;
}

async function bringLeg(
  ecosystem: Ecosystem,
  plan: SignedPlan,
  { index, ...leg }: PlanLeg & { readonly index: number },
  signerOf: SignerOf,
  providerOf: AskingProviderOf,
): Promise<BroughtLeg | undefined> {
  const chain = findChain(ecosystem, leg.chainId);
  const provider = providerOf(leg.chainId);
  if (await isLegDone(plan, index, provider)) return undefined;
  const signer = await signerOf(leg.chainId);
  const sender = await senderOn(signer, chain);
  if ((await provider.getCode(plan.account)) === "0x") {
    const data = keystoreAccount.encodeFunctionData("createAccount", [plan.home, KEYSTORE_ADDRESSES.keystore, plan.id]);
    await submit(sender, { to: KEYSTORE_ADDRESSES.accounts, data });
  }
  if ((await keysOn(ecosystem, leg.chainId, plan, provider)) !== "present") {
    const slot = { on: leg.chainId, chain: plan.home, contract: KEYSTORE_ADDRESSES.keystore, slot: keystoreSlot(plan.id) };
    await loadSlot(ecosystem, slot, signer, providerOf);
  }
  const hashes = plan.legs.map((each) => TypedDataEncoder.from(LEG).hash(each));
  const args = [plan.lastSecond, plan.nonce, hashes, index, leg, plan.signature];
  const receipt = await submit(sender, { to: plan.account, data: keystoreAccount.encodeFunctionData("executeLeg", args) });
  const messages = sentMessages(leg.chainId, ecosystem.l1.chainId, receipt);
  return { chainId: leg.chainId, transactionHash: receipt.hash as Hex, messages };
}

const LEG: Record<string, TypedDataField[]> = {
  Leg: [
    { name: "chainId", type: "uint256" },
    { name: "gas", type: "uint64" },
    { name: "feeToken", type: "address" },
    { name: "fee", type: "uint256" },
    { name: "calls", type: "Call[]" },
  ],
  Call: [
    { name: "to", type: "address" },
    { name: "value", type: "uint256" },
    { name: "data", type: "bytes" },
  ],
};
const PLAN: Record<string, TypedDataField[]> = {
  Plan: [
    { name: "lastSecond", type: "uint64" },
    { name: "nonce", type: "uint256" },
    { name: "legs", type: "Leg[]" },
  ],
  ...LEG,
};
/** Signature of a keystore account: version and keys, and a signature or empty bytes for each owner. */
const SIGNATURE = ["uint64", "tuple(uint64 threshold, bytes[] owners)", "bytes[]"];
