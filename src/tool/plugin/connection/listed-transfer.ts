import { listedStanding } from "../../../ecosystem/client/transfers/listed-standing.ts";
import type { ListedTransfer } from "../../../ecosystem/client/transfers/transfer-list.ts";
import { crossChainMessage } from "./crossing-kinds.ts";
import type { CrossingKind } from "./crossing.ts";
import type { EcosystemLink } from "./link.ts";
import type { MessageStep } from "../api/message.ts";

/** Between two chains in a list: it goes the way of the list's message, which is sent with the batch. */
export function listedTransfer(listed: ListedTransfer, link: EcosystemLink): CrossingKind {
  const { sourceChainId } = listed;
  const member = { send: (method: string, params: unknown[]) => link.request<unknown>(method, params) };
  const kind = crossChainMessage({ ...listed, hash: listed.list, type: "transfer" }, link);
  return {
    ...kind,
    async look() {
      const { steps, waitingFor, refusal } = await listedStanding(member, listed, link.client(sourceChainId));
      return { steps: steps as readonly MessageStep[], waitingFor, refusal };
    },
  };
}
