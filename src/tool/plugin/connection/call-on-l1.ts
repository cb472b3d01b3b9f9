import { ClientError } from "../../../ecosystem/client/ecosystem/client-error.ts";
import { findChain } from "../../../ecosystem/client/ecosystem/ecosystem.ts";
import { executeL1Call, findL1Call } from "../../../ecosystem/client/calls/l1-calls.ts";
import { revertReason } from "../../../ecosystem/client/sending/revert-reason.ts";
import { readMessageLog } from "../../../ecosystem/client/messages/sent-messages.ts";
import { ecosystemOf } from "../../../ecosystem/client/ecosystem/settlement-base.ts";
import { viewL1 } from "../../../ecosystem/client/messages/withdraw.ts";
import { layerName } from "../../../ecosystem/devnet/view/books/layer-name.ts";
import type { JourneyStep } from "../../../ground/protocol/cross-chain-message.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { L1View } from "../../../chain/settlement-layer/reader/l1-view.ts";
import { MessageError, type MessageStep } from "../api/message.ts";
import type { CrossingKind, CrossingName, CrossingState } from "./crossing.ts";
import type { EcosystemLink } from "./link.ts";

/** From a chain to a contract on L1: once the batch is executed, any account has the call made, by the sender's account there. */
export function callOnL1(name: CrossingName & { readonly sender: Hex }, link: EcosystemLink): CrossingKind {
  const { sourceChainId: chain, sender, hash: messageHash, transactionHash } = name;
  const info = ecosystemOf(link.info, findChain(link.info, chain));
  const l1 = link.client(info.l1.chainId);
  const call = { chain, sender, messageHash };

  /**
   * Reads L1 again on each call, because the ecosystem may have returned to an earlier state. A validium's
   * message is on L1 only by its hash.
   */
  async function openView(): Promise<L1View> {
    const view = viewL1(info, l1);
    const receipt = await link.client(chain).getTransactionReceipt(transactionHash);
    for (const log of receipt?.logs ?? []) {
      const message = readMessageLog(log);
      if (message !== undefined) view.bringBody(message.body);
    }
    await view.poll();
    return view;
  }

  return {
    arrival: "executed",
    async look(): Promise<CrossingState> {
      const found = await findL1Call(info, call, await openView(), l1);
      const steps: MessageStep[] = [{ step: "initiated", chainId: chain, transactionHash }];
      const step = (done: JourneyStep, hash: Hex): void =>
        void steps.push({ step: done, chainId: info.l1.chainId, transactionHash: hash });
      const batch = found.place?.batch;
      if (batch?.proven !== undefined) step("settled", batch.proven.transactionHash);
      if (batch?.executed === undefined)
        return { steps, waitingFor: `its batch is sealed, proven and executed on ${layerName(chain)}` };
      step("inTransactionRoot", batch.executed.transactionHash);
      if (found.state === "ready") return { steps, waitingFor: `an account has the call made on ${layerName(chain)}` };
      if (found.transactionHash === undefined) return { steps, refusal: found.state };
      for (const done of ["delivered", "executed"] as const) step(done, found.transactionHash);
      return { steps };
    },
    async advance(step) {
      await link.request("hyperchain_settle", [chain]);
      if (step === "settled" || step === "inTransactionRoot") return;
      const names = await link.names();
      const signer = await link.signer(info.l1.chainId, undefined);
      await executeL1Call(info, call, signer, await openView(), names).catch((error: unknown) => {
        if (!(error instanceof ClientError) || error.code !== "Failed") throw error;
        const data = error.details["data"] as Hex;
        throw new MessageError("CallFailed", error.message, { data, reason: revertReason(data, names), cause: error });
      });
    },
    checkOutcome: () => Promise.resolve(),
  };
}
