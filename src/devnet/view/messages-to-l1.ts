import type { Provider } from "ethers";
import { AssetMessageKind, decodeAssetMessage, isAssetSender } from "../../protocol/asset-message.ts";
import { decodeGatewayMessage } from "../../protocol/gateway-message.ts";
import type { Hex } from "../../protocol/hex.ts";
import { PREDEPLOYS } from "../../protocol/predeploys.ts";
import { ChainView } from "../../relayer/chain-view.ts";
import type { ChainEvent } from "../../relayer/chain-view.ts";
import { callFor, l1CallStanding } from "../../client/l1-calls.ts";
import { gatewayDelivery } from "../../client/gateway-messages.ts";
import { gatewaysOf } from "../../client/message-gateway.ts";
import { claimOf } from "../../client/withdraw.ts";
import type { StepRecord } from "../../protocol/cross-chain-message.ts";
import type { L1View, MessagePlace } from "../../settlement-layer/reader/l1-view.ts";
import type { DeployedEcosystem } from "../l1/deploy-ecosystem.ts";
import type { MessageInfo } from "./ecosystem-info.ts";
import { layerName } from "./layer-name.ts";

export interface MessagesToL1Dependencies {
  readonly ecosystem: DeployedEcosystem;
  readonly l1: Provider;
  /** Polled by its other users, before this looks. */
  readonly l1View: Pick<L1View, "messages" | "bringBody">;
  readonly chains: readonly { readonly chainId: bigint; readonly client: Provider }[];
}

/** A message whose destination is L1. */
interface MessageToL1 {
  readonly type: "withdrawal" | "l1Call" | "l1Message" | "message";
  readonly sender: Hex;
  readonly messageHash: Hex;
  readonly chainId: bigint;
  readonly at: StepRecord;
}

/** Follows what chains say to L1 itself: withdrawals, calls, messages of the gateway and plain ones. */
export interface MessagesToL1 {
  /** All of them as they stand, each chain's oldest first. Rejects with a provider's error. Calls wait for each other. */
  look(): Promise<readonly MessageInfo[]>;
}

type Layer = Parameters<typeof callFor>[0];

export function createMessagesToL1({ ecosystem, l1, l1View, chains }: MessagesToL1Dependencies): MessagesToL1 {
  const layer: Layer = { chainId: ecosystem.settlementChainId, factory: ecosystem.addresses.factory };
  const sources = chains.map(({ chainId, client }) => ({
    chainId,
    view: new ChainView({ chainId }, { provider: client }),
    messages: [] as MessageToL1[],
  }));

  async function readChains(): Promise<void> {
    for (const { chainId, view, messages } of sources) {
      const { events, isAnew } = await view.poll();
      if (isAnew) messages.length = 0;
      for (const event of events) {
        const type = typeOf(event, layer);
        if (type === undefined || event.type !== "messageSent") continue;
        l1View.bringBody(event.body);
        messages.push({ type, sender: event.sender, messageHash: event.messageHash, chainId, at: event.at });
      }
    }
  }

  /** The same can be sent several times: the first that L1 has executed, proven or committed. */
  function placeOf({ chainId, sender, messageHash }: MessageToL1): MessagePlace | undefined {
    const places = l1View.messages(chainId, sender, messageHash);
    return (
      places.find(({ batch }) => batch.executed !== undefined) ??
      places.find(({ batch }) => batch.proven !== undefined) ??
      places[0]
    );
  }

  async function infoOf(sent: MessageToL1): Promise<MessageInfo> {
    const { type, sender, messageHash, chainId, at } = sent;
    const l1Id = Number(ecosystem.settlementChainId);
    const place = placeOf(sent);
    const steps = [{ step: "initiated", chainId: Number(chainId), transactionHash: at.transactionHash }];
    const onL1 = (step: string, transactionHash: Hex): void => void steps.push({ step, chainId: l1Id, transactionHash });
    if (place?.batch.proven !== undefined) onL1("settled", place.batch.proven.transactionHash);
    if (place?.batch.executed !== undefined) onL1("inTransactionRoot", place.batch.executed.transactionHash);
    const message = { messageHash, sender, type, sourceChainId: Number(chainId), destinationChainId: l1Id, steps };
    if (place?.batch.executed === undefined)
      return { ...message, waitingFor: `the sender's batch is sealed, proven and executed on ${layerName(chainId)}` };
    if (type === "message") return message;
    if (type === "l1Call") return callInfo(message, place, { layer, l1 });
    const { bridge, factory } = ecosystem.addresses;
    const isPaid = type === "withdrawal";
    const claim = isPaid ? await claimOf(bridge, place, l1) : await gatewayDelivery(gatewaysOf(factory).onL1, place, l1);
    const where = layerName(chainId);
    const waitingFor = isPaid ? `an account has the bridge on ${where} pay it` : `an account delivers it on ${where}`;
    if (claim === undefined) return { ...message, waitingFor };
    for (const step of ["delivered", "executed"]) onL1(step, claim);
    return message;
  }

  let last: Promise<unknown> = Promise.resolve();
  return {
    look() {
      const next = last.then(async () => {
        await readChains();
        return Promise.all(sources.flatMap(({ messages }) => messages.map(infoOf)));
      });
      last = next.catch(() => undefined);
      return next;
    },
  };
}

/** A call on L1 whose batch is executed. */
async function callInfo(
  message: MessageInfo,
  place: MessagePlace,
  { layer, l1 }: { readonly layer: Layer; readonly l1: Provider },
): Promise<MessageInfo> {
  const call = callFor(layer, place.body);
  if (call === undefined) return message;
  const { state, transactionHash } = await l1CallStanding(call, place, l1);
  if (transactionHash !== undefined) {
    const done = ["delivered", "executed"].map((step) => ({ step, chainId: Number(layer.chainId), transactionHash }));
    return { ...message, steps: [...message.steps, ...done] };
  }
  if (state === "ready") return { ...message, waitingFor: `an account has the call made on ${layerName(message.sourceChainId)}` };
  if (state === "canceled") return { ...message, ended: "canceled", refusal: "its sender has canceled it" };
  return {
    ...message,
    ended: "expired",
    refusal: `it was to be made by second ${call.lastSecond} of ${layerName(message.sourceChainId)}'s clock`,
  };
}

/** What a chain's event says to L1 itself; undefined where it says nothing, or something for another chain. */
function typeOf(event: ChainEvent, layer: Layer): MessageToL1["type"] | undefined {
  if (event.type !== "messageSent") return undefined;
  const { sender, body } = event;
  if (sender === PREDEPLOYS.InteropCenter || sender === PREDEPLOYS.InteropHandler) return undefined;
  if (!isAssetSender(sender)) return toContract(sender, body, layer) ?? "message";
  return decodeAssetMessage(body)?.kind === AssetMessageKind.withdrawal ? "withdrawal" : undefined;
}

/** Words for another gateway than this layer's are a plain message, as those for another L1 are. */
function toContract(sender: Hex, body: Uint8Array, layer: Layer): "l1Call" | "l1Message" | undefined {
  if (callFor(layer, body) !== undefined) return "l1Call";
  const message = decodeGatewayMessage(body);
  if (message?.chainId !== layer.chainId) return undefined;
  const { onL1, onChain } = gatewaysOf(layer.factory);
  return message.gateway === onL1 && sender === onChain ? "l1Message" : undefined;
}
