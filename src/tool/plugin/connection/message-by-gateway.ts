import { ClientError } from "../../../ecosystem/client/ecosystem/client-error.ts";
import { findChain } from "../../../ecosystem/client/ecosystem/ecosystem.ts";
import { deliverGatewayMessage, gatewayMessagesIn } from "../../../ecosystem/client/messages/gateway-messages.ts";
import { revertReason } from "../../../ecosystem/client/sending/revert-reason.ts";
import { ecosystemOf } from "../../../ecosystem/client/ecosystem/settlement-base.ts";
import type { MessageInfo } from "../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import { fromHex, keccak, type Hex } from "../../../ground/protocol/hex.ts";
import { MessageError, type MessageStep } from "../api/message.ts";
import type { CrossingKind, CrossingName } from "./crossing.ts";
import type { EcosystemLink } from "./link.ts";

/** From a chain to a contract on L1, by the gateway: once the batch is executed, any account has the recipient take it. */
export function messageByGateway(
  { sourceChainId: chain, hash: messageHash, transactionHash }: CrossingName,
  link: EcosystemLink,
): CrossingKind {
  const initiated: MessageStep = { step: "initiated", chainId: chain, transactionHash };
  return {
    arrival: "executed",
    async look() {
      const info = await link.request<MessageInfo | null>("hyperchain_message", [messageHash, chain, { fresh: true }]);
      if (info === null) return { steps: [initiated], waitingFor: "the ecosystem has not seen it yet" };
      return { steps: info.steps as readonly MessageStep[], waitingFor: info.waitingFor };
    },
    async advance(step) {
      await link.request("hyperchain_settle", [chain]);
      if (step === "settled" || step === "inTransactionRoot") return;
      const receipt = await link.client(chain).getTransactionReceipt(transactionHash);
      const sent = receipt === null ? [] : gatewayMessagesIn(link.info, chain, receipt);
      const message = sent.find(({ body }) => keccak(fromHex(body)) === messageHash);
      if (message === undefined) return;
      const names = await link.names();
      const signer = await link.signer(ecosystemOf(link.info, findChain(link.info, chain)).l1.chainId, undefined);
      await deliverGatewayMessage(link.info, message, signer, undefined, names).catch((error: unknown) => {
        if (!(error instanceof ClientError) || error.code !== "Failed") throw error;
        const data = error.details["data"] as Hex;
        throw new MessageError("CallFailed", error.message, { data, reason: revertReason(data, names), cause: error });
      });
    },
    checkOutcome: () => Promise.resolve(),
  };
}
