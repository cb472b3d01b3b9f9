import { AssetMessageKind, deliveryFee } from "../../../ground/protocol/asset-message.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { PREDEPLOYS } from "../../../ground/protocol/predeploys.ts";
import type { L1View } from "../../../chain/settlement-layer/reader/l1-view.ts";
import { assetRouter } from "../sending/contract-interfaces.ts";
import type { Ecosystem, EcosystemChain } from "../ecosystem/ecosystem.ts";
import type { ProviderOf } from "../transfers/estimate.ts";
import type { TransferInFlight } from "../queue/transfer-in-flight.ts";
import type { WalletBooks } from "./wallet-books.ts";
import { findWithdrawal } from "../messages/withdraw.ts";

/** With what a look at a wallet reads. */
export interface WalletReads {
  readonly books: WalletBooks;
  readonly providerOf: ProviderOf;
}

const NOT_A_MEMBER = "a chain that is not part of this ecosystem";

/** Transfers from a chain that an account sent, or will receive, and that have not arrived. */
export async function sendsInFlight(
  ecosystem: Ecosystem,
  chain: EcosystemChain,
  owner: Hex,
  { books, providerOf }: WalletReads,
): Promise<TransferInFlight[]> {
  const { l1, chains } = ecosystem;
  const sent = (await books.sentTransfers(chain).look(providerOf(chain.chainId))).get(owner) ?? [];
  const equals = new Map<Hex, number>();
  for (const { messageHash } of sent) equals.set(messageHash, (equals.get(messageHash) ?? 0) + 1);
  const onLayer = books.depositedTokens(ecosystem);
  const found: TransferInFlight[] = [];
  let view: L1View | undefined;
  for (const transfer of sent) {
    const { messageHash, transactionHash } = transfer;
    // Of messages with one body each counts: one more that is sent is asked for again.
    const name = `${chain.chainId} ${chain.hyperchain} ${messageHash} ${equals.get(messageHash)}`;
    const isWithdrawal = transfer.kind === AssetMessageKind.withdrawal;
    const destination = chains.find(({ chainId }) => BigInt(chainId) === transfer.destinationChainId);
    const there = isWithdrawal ? onLayer : destination === undefined ? undefined : books.knownTokens(destination);
    let waitingFor: string | undefined = NOT_A_MEMBER;
    const ask = async (): Promise<boolean> => {
      if (isWithdrawal) view ??= await books.layerView(ecosystem, providerOf(l1.chainId));
      waitingFor =
        view !== undefined && isWithdrawal
          ? await withdrawalWaits(ecosystem, chain, messageHash, view, providerOf)
          : await transferWaits(chain, destination, messageHash, providerOf);
      return waitingFor === undefined;
    };
    if (there !== undefined && (await books.hasArrived(name, there, ask))) continue;
    found.push({
      type: isWithdrawal ? "withdrawal" : "transfer",
      sourceChainId: chain.chainId,
      destinationChainId: Number(transfer.destinationChainId),
      sender: transfer.sender,
      recipient: transfer.recipient,
      originChainId: Number(transfer.originChainId),
      originToken: transfer.originToken,
      // Of a withdrawal there is no fee.
      amount: isWithdrawal ? transfer.amount : transfer.amount - deliveryFee(transfer),
      transactionHash,
      hash: messageHash,
      waitingFor,
    });
  }
  return found;
}

async function withdrawalWaits(
  ecosystem: Ecosystem,
  chain: EcosystemChain,
  messageHash: Hex,
  view: L1View,
  providerOf: ProviderOf,
): Promise<string | undefined> {
  const { state } = await findWithdrawal(
    ecosystem,
    { chain: chain.chainId, messageHash },
    view,
    providerOf(ecosystem.l1.chainId),
  );
  if (state === "paid") return undefined;
  const layer = chain.settlesOn?.name ?? "L1";
  return state === "ready" ? `its claim on ${layer}` : `the execution of its batch on ${layer}`;
}

async function transferWaits(
  chain: EcosystemChain,
  destination: EcosystemChain | undefined,
  messageHash: Hex,
  providerOf: ProviderOf,
): Promise<string | undefined> {
  if (destination === undefined) return NOT_A_MEMBER;
  const data = assetRouter.encodeFunctionData("isDelivered", [chain.chainId, messageHash]);
  const answer = await providerOf(destination.chainId).call({ to: PREDEPLOYS.L2AssetRouter, data });
  return assetRouter.decodeFunctionResult("isDelivered", answer)[0] === true ? undefined : `its delivery on ${destination.name}`;
}
